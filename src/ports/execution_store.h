// ExecutionStore: where a workflow's executions are kept, so that they survive their process.
//
// One record an execution, written whole. Every write names the revision it makes, which must be
// the stored one plus one: of two processes that both think they drive an execution one is told
// kConflict. An item with a conditional PutItem, in DynamoDB's terms. Thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ports/workflow.h"

namespace varve {

struct ExecutionRecord {
  Execution execution;
  uint64_t revision = 0;  // from 1
  int64_t wake_us = 0;    // its step is not to be tried before; 0: at once
  std::string data;       // what the steps so far remember for those to come; theirs alone

  bool operator==(const ExecutionRecord&) const = default;
};

class ExecutionStore {
 public:
  virtual ~ExecutionStore() = default;

  // kConflict unless `record.revision` is the stored one plus one (1: there is none of that name).
  // Idempotent: putting the very record that is stored succeeds and changes nothing.
  virtual Status Put(const ExecutionRecord& record) = 0;
  virtual Result<ExecutionRecord> Get(std::string_view name) = 0;  // kNotFound; never stale
  // Executions in state kRunning whose name is greater than `after`, by name, at most `limit`.
  virtual Result<std::vector<ExecutionRecord>> Running(std::string_view after, int limit) = 0;
};

}  // namespace varve
