#include "testing/memory_execution_store.h"

#include <algorithm>

namespace varve {

Status MemoryExecutionStore::Put(const ExecutionRecord& record) {
  const std::lock_guard lock(mutex_);
  const auto found = records_.find(record.execution.name);
  if (found != records_.end() && found->second == record) return Ok{};
  const uint64_t stored = found == records_.end() ? 0 : found->second.revision;
  if (record.revision != stored + 1) {
    return Error{Code::kConflict, "execution " + record.execution.name + " is at revision " +
                                      std::to_string(stored)};
  }
  records_[record.execution.name] = record;
  if (record.execution.state == ExecutionState::kRunning) {
    running_.insert(record.execution.name);
  } else {
    running_.erase(record.execution.name);
  }
  return Ok{};
}

Result<ExecutionRecord> MemoryExecutionStore::Get(std::string_view name) {
  const std::lock_guard lock(mutex_);
  const auto found = records_.find(name);
  if (found == records_.end()) {
    return Error{Code::kNotFound, "no execution " + std::string(name)};
  }
  return found->second;
}

Result<std::vector<ExecutionRecord>> MemoryExecutionStore::Running(std::string_view after,
                                                                   int limit) {
  const std::lock_guard lock(mutex_);
  std::vector<ExecutionRecord> running;
  for (auto at = running_.upper_bound(after); at != running_.end(); ++at) {
    if (running.size() == static_cast<size_t>(std::max(limit, 1))) break;
    running.push_back(records_.find(*at)->second);
  }
  return running;
}

}  // namespace varve
