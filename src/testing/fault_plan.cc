#include "testing/fault_plan.h"

namespace varve {

void FaultPlan::FailCall(uint64_t number, Fault fault) {
  const std::lock_guard lock(mutex_);
  faults_[number] = fault;
}

void FaultPlan::SetPolicy(Policy policy) {
  const std::lock_guard lock(mutex_);
  policy_ = std::move(policy);
}

uint64_t FaultPlan::Calls() const {
  const std::lock_guard lock(mutex_);
  return calls_;
}

// The policy is asked without the lock: it may let others go on, who call what has a plan too.
std::optional<Fault> FaultPlan::Next(std::string_view method) {
  uint64_t number;
  Policy policy;
  {
    const std::lock_guard lock(mutex_);
    number = ++calls_;
    const auto fault = faults_.find(number);
    if (fault != faults_.end()) return fault->second;
    policy = policy_;
  }
  return policy ? policy(number, method) : std::nullopt;
}

Error FaultPlan::FaultError(const Fault& fault, std::string_view method) {
  return Error{fault.code, std::string(method) + ": injected " +
                               (fault.after ? "after it was done" : "before it was done")};
}

}  // namespace varve
