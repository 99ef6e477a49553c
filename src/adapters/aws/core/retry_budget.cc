#include "adapters/aws/core/retry_budget.h"

#include <algorithm>

namespace varve::aws {

bool RetryBudget::Take() {
  const std::lock_guard lock(mutex_);
  if (tokens_ < kRetryCost) return false;
  tokens_ -= kRetryCost;
  return true;
}

void RetryBudget::Earn() {
  const std::lock_guard lock(mutex_);
  tokens_ = std::min(kTokens, tokens_ + 1);
}

}  // namespace varve::aws
