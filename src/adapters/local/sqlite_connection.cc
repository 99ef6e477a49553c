#include "adapters/local/sqlite_connection.h"

#include <sqlite3.h>

#include "adapters/local/sqlite_error.h"

namespace varve {
namespace {

// Long enough for any other process's transaction, short enough to tell of a stuck one.
constexpr int kBusyTimeoutMs = 5000;

// "insert into files": enough of a statement to know it by in an error.
std::string_view Opening(std::string_view sql) {
  return sql.substr(0, std::min<size_t>(sql.find_first_of("(\n"), 40));
}

}  // namespace

int64_t SqliteRow::Int(int column) const { return sqlite3_column_int64(statement_, column); }

std::string SqliteRow::Text(int column) const {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  const auto size = static_cast<size_t>(sqlite3_column_bytes(statement_, column));
  return bytes == nullptr ? std::string() : std::string(bytes, size);
}

Result<std::unique_ptr<SqliteConnection>> SqliteConnection::Open(const std::string& path) {
  sqlite3* db = nullptr;
  // No mutex of SQLite's own: SqliteDatabase has one around each connection.
  const int code = sqlite3_open_v2(
      path.c_str(), &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  std::unique_ptr<SqliteConnection> connection(new SqliteConnection(db));
  if (code != SQLITE_OK) return SqliteError(db, code, "open " + path);
  sqlite3_extended_result_codes(db, 1);
  sqlite3_busy_timeout(db, kBusyTimeoutMs);
  return connection;
}

SqliteConnection::~SqliteConnection() {
  for (const auto& [sql, statement] : statements_) sqlite3_finalize(statement);
  sqlite3_close(db_);
}

Status SqliteConnection::Script(const char* sql) {
  const int code = sqlite3_exec(db_, sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return SqliteError(db_, code, Opening(sql));
  return Ok{};
}

Result<sqlite3_stmt*> SqliteConnection::Prepared(const char* sql) {
  const auto known = statements_.find(sql);
  if (known != statements_.end()) return known->second;
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(db_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) return SqliteError(db_, code, Opening(sql));
  statements_.emplace(sql, statement);
  return statement;
}

Result<bool> SqliteConnection::Step(sqlite3_stmt* statement, const char* sql) {
  const int code = sqlite3_step(statement);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return SqliteError(db_, code, Opening(sql));
}

void SqliteConnection::Reset(sqlite3_stmt* statement) {
  sqlite3_reset(statement);
  sqlite3_clear_bindings(statement);
}

void SqliteConnection::Bind(sqlite3_stmt* statement, int index, std::string_view text) {
  // A null pointer would bind NULL. The bytes outlive the query: no copy.
  const char* bytes = text.data() == nullptr ? "" : text.data();
  sqlite3_bind_text64(statement, index, bytes, text.size(), SQLITE_STATIC, SQLITE_UTF8);
}

void SqliteConnection::Bind(sqlite3_stmt* statement, int index, int64_t number) {
  sqlite3_bind_int64(statement, index, number);
}

int64_t SqliteConnection::LastInsertId() const { return sqlite3_last_insert_rowid(db_); }
int64_t SqliteConnection::Changes() const { return sqlite3_changes64(db_); }
bool SqliteConnection::InTransaction() const { return sqlite3_get_autocommit(db_) == 0; }

}  // namespace varve
