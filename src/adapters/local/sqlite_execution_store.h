// SqliteExecutionStore: the workflow's executions in varve.db.
#pragma once

#include <vector>

#include "adapters/local/sqlite_database.h"
#include "ports/execution_store.h"

namespace varve {

// Thread-safe. `database` must outlive it.
class SqliteExecutionStore : public ExecutionStore {
 public:
  explicit SqliteExecutionStore(SqliteDatabase& database) : database_(database) {}

  Status Put(const ExecutionRecord& record) override;
  Result<ExecutionRecord> Get(std::string_view name) override;
  Result<std::vector<ExecutionRecord>> Running(std::string_view after, int limit) override;

 private:
  SqliteDatabase& database_;
};

}  // namespace varve
