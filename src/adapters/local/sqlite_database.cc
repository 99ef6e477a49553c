#include "adapters/local/sqlite_database.h"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>
#include <filesystem>

#include "adapters/local/file_descriptor.h"
#include "adapters/local/sqlite_schema.h"

namespace varve {
namespace {

// WAL: readers and the writer do not wait for each other. The cache holds the inner pages of every
// index of a table of some millions of files; journal_size_limit gives a burst's space back.
constexpr const char* kSettings =
    "PRAGMA journal_mode = WAL;"
    "PRAGMA synchronous = NORMAL;"
    "PRAGMA cache_size = -16384;"
    "PRAGMA temp_store = MEMORY;"
    "PRAGMA wal_autocheckpoint = 10000;"
    "PRAGMA journal_size_limit = 67108864;";

Result<std::unique_ptr<SqliteConnection>> Connect(const std::string& path) {
  VARVE_ASSIGN_OR_RETURN(auto connection, SqliteConnection::Open(path));
  VARVE_RETURN_IF_ERROR(connection->Script(kSettings));
  return connection;
}

// Held while a database is opened. Two connections that turn a new database to WAL at once are told
// that it is locked, without waiting (SQLite calls no busy handler there, so as not to deadlock).
// Without a folder there is no lock: SQLite will say what is wrong with the path.
FileDescriptor LockForOpening(const std::string& path) {
  const std::string folder = std::filesystem::absolute(path).parent_path();
  FileDescriptor lock(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  while (lock.valid() && flock(lock.get(), LOCK_EX) != 0 && errno == EINTR) continue;
  return lock;
}

}  // namespace

Result<std::unique_ptr<SqliteDatabase>> SqliteDatabase::Open(const std::string& path) {
  const FileDescriptor lock = LockForOpening(path);
  VARVE_ASSIGN_OR_RETURN(auto writer, Connect(path));
  Status migrated = Migrate(*writer);
  if (!migrated.ok()) return std::move(migrated).error().WithContext(path);
  VARVE_ASSIGN_OR_RETURN(auto reader, Connect(path));
  return std::unique_ptr<SqliteDatabase>(new SqliteDatabase(std::move(writer), std::move(reader)));
}

Status SqliteDatabase::SetDurability(Durability durability) {
  if (durability == durability_) return Ok{};
  VARVE_RETURN_IF_ERROR(writer_->Run(durability == Durability::kMachine
                                         ? "PRAGMA synchronous = FULL"
                                         : "PRAGMA synchronous = NORMAL"));
  durability_ = durability;
  return Ok{};
}

void SqliteDatabase::Rollback(SqliteConnection& connection) {
  // Some errors have rolled back already. A rollback that fails leaves nothing behind either.
  if (connection.InTransaction()) static_cast<void>(connection.Run("ROLLBACK"));
}

}  // namespace varve
