#include "testing/faulty_execution_store.h"

namespace varve {

Status FaultyExecutionStore::Put(const ExecutionRecord& record) {
  return plan_.Run("ExecutionStore::Put", [&] { return inner_.Put(record); });
}

Result<ExecutionRecord> FaultyExecutionStore::Get(std::string_view name) {
  return plan_.Run("ExecutionStore::Get", [&] { return inner_.Get(name); });
}

Result<std::vector<ExecutionRecord>> FaultyExecutionStore::Running(std::string_view after,
                                                                   int limit) {
  return plan_.Run("ExecutionStore::Running", [&] { return inner_.Running(after, limit); });
}

}  // namespace varve
