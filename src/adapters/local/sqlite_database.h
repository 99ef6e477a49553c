// SqliteDatabase: the file varve.db, in which queue, tracking, schemas and executions live together
// so that one log orders all their writes. Several processes may have it open at once.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "adapters/local/sqlite_connection.h"
#include "base/result.h"

namespace varve {

enum class Durability {
  // Survives the death of the process, not that of the machine: the log is not synced. Since the
  // log is lost from its end only, what is lost is what a scan of the input finds again.
  kProcess,
  // Survives the machine too, and with it all that was written before. For what must be known
  // before something outside the database happens: a manifest, visible outputs, a deleted source.
  kMachine,
};

// Thread-safe: one connection writes, another reads, so that long reads hold up no write.
class SqliteDatabase {
 public:
  // Opens or creates. kInvalidArgument when it is another program's or a newer varve's.
  static Result<std::unique_ptr<SqliteDatabase>> Open(const std::string& path);

  // Runs body(connection) in a transaction that holds the write lock from its beginning, and
  // commits it if the result is ok. kThrottled: no lock within the busy timeout.
  template <typename Body>
  auto Write(Durability durability, Body body)
      -> decltype(body(std::declval<SqliteConnection&>())) {
    const std::lock_guard lock(writer_mutex_);
    VARVE_RETURN_IF_ERROR(SetDurability(durability));
    VARVE_RETURN_IF_ERROR(writer_->Run("BEGIN IMMEDIATE"));
    auto result = body(*writer_);
    if (!result.ok()) {
      Rollback(*writer_);
      return result;
    }
    Status committed = writer_->Run("COMMIT");
    if (!committed.ok()) {
      Rollback(*writer_);
      return std::move(committed).error();
    }
    return result;
  }

  // Runs body(connection) on one snapshot.
  template <typename Body>
  auto Read(Body body) -> decltype(body(std::declval<SqliteConnection&>())) {
    const std::lock_guard lock(reader_mutex_);
    VARVE_RETURN_IF_ERROR(reader_->Run("BEGIN"));
    auto result = body(*reader_);
    Rollback(*reader_);
    return result;
  }

 private:
  SqliteDatabase(std::unique_ptr<SqliteConnection> writer, std::unique_ptr<SqliteConnection> reader)
      : writer_(std::move(writer)), reader_(std::move(reader)) {}

  Status SetDurability(Durability durability);
  static void Rollback(SqliteConnection& connection);

  std::mutex writer_mutex_;
  std::unique_ptr<SqliteConnection> writer_;
  Durability durability_ = Durability::kProcess;
  std::mutex reader_mutex_;
  std::unique_ptr<SqliteConnection> reader_;
};

}  // namespace varve
