// FaultyExecutionStore: an ExecutionStore some of whose calls fail, as a FaultPlan says.
#pragma once

#include "ports/execution_store.h"
#include "testing/fault_plan.h"

namespace varve {

// As thread-safe as `inner`, which must outlive it, as must `plan`.
class FaultyExecutionStore : public ExecutionStore {
 public:
  FaultyExecutionStore(ExecutionStore& inner, FaultPlan& plan) : inner_(inner), plan_(plan) {}

  Status Put(const ExecutionRecord& record) override;
  Result<ExecutionRecord> Get(std::string_view name) override;
  Result<std::vector<ExecutionRecord>> Running(std::string_view after, int limit) override;

 private:
  ExecutionStore& inner_;
  FaultPlan& plan_;
};

}  // namespace varve
