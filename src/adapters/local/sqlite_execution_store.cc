#include "adapters/local/sqlite_execution_store.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace varve {
namespace {

ExecutionRecord RecordOf(const SqliteRow& row) {
  ExecutionRecord record;
  Execution& execution = record.execution;
  execution.name = row.Text(0);
  execution.input = row.Text(1);
  execution.state = static_cast<ExecutionState>(row.Int(2));
  execution.step = row.Text(3);
  execution.attempt = static_cast<uint32_t>(row.Int(4));
  execution.error = row.Text(5);
  execution.started_us = row.Int(6);
  execution.updated_us = row.Int(7);
  record.revision = row.Unsigned(8);
  record.wake_us = row.Int(9);
  record.data = row.Text(10);
  return record;
}

constexpr const char* kByName =
    "SELECT name, input, state, step, attempt, error, started_us, updated_us, revision, wake_us, "
    "data FROM executions WHERE name = ?";
constexpr const char* kRunning =
    "SELECT name, input, state, step, attempt, error, started_us, updated_us, revision, wake_us, "
    "data FROM executions INDEXED BY executions_running WHERE state = 0 AND name > ? "
    "ORDER BY name LIMIT ?";

}  // namespace

// The log orders this before what the step does to the tracker, and the tracker's own writes are
// the synced ones; an older step that comes back after a power cut is repeated, as any step may be.
Status SqliteExecutionStore::Put(const ExecutionRecord& record) {
  const Execution& execution = record.execution;
  return database_.Write(Durability::kProcess, [&](SqliteConnection& connection) -> Status {
    VARVE_ASSIGN_OR_RETURN(const auto stored, connection.One(kByName, RecordOf, execution.name));
    if (stored.has_value() && *stored == record) return Ok{};
    const uint64_t revision = stored.has_value() ? stored->revision : 0;
    if (record.revision != revision + 1) {
      return Error{Code::kConflict,
                   "execution " + execution.name + " is at revision " + std::to_string(revision)};
    }
    return connection.Run("INSERT OR REPLACE INTO executions VALUES (?,?,?,?,?,?,?,?,?,?,?)",
                          execution.name, execution.input, execution.state, execution.step,
                          execution.attempt, execution.error, execution.started_us,
                          execution.updated_us, record.revision, record.wake_us, record.data);
  });
}

Result<ExecutionRecord> SqliteExecutionStore::Get(std::string_view name) {
  return database_.Read([&](SqliteConnection& connection) -> Result<ExecutionRecord> {
    VARVE_ASSIGN_OR_RETURN(auto stored, connection.One(kByName, RecordOf, name));
    if (!stored.has_value()) return Error{Code::kNotFound, "no execution " + std::string(name)};
    return *std::move(stored);
  });
}

Result<std::vector<ExecutionRecord>> SqliteExecutionStore::Running(std::string_view after,
                                                                   int limit) {
  return database_.Read([&](SqliteConnection& connection) {
    return connection.All(kRunning, RecordOf, after, std::max(limit, 1));
  });
}

}  // namespace varve
