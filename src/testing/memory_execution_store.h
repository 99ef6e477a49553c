// MemoryExecutionStore: an ExecutionStore that lasts as long as the process.
#pragma once

#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "ports/execution_store.h"

namespace varve {

// Thread-safe.
class MemoryExecutionStore : public ExecutionStore {
 public:
  Status Put(const ExecutionRecord& record) override;
  Result<ExecutionRecord> Get(std::string_view name) override;
  Result<std::vector<ExecutionRecord>> Running(std::string_view after, int limit) override;

 private:
  std::mutex mutex_;
  std::map<std::string, ExecutionRecord, std::less<>> records_;
  std::set<std::string, std::less<>> running_;  // names
};

}  // namespace varve
