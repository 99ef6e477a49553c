#include "adapters/aws/core/pause.h"

#include <chrono>
#include <thread>

namespace varve::aws {

void Pause(const RetryPolicy& policy, uint32_t attempt, Random& random, const Sleep& sleep) {
  const int64_t us = BackoffUs(policy, attempt, random);
  if (sleep != nullptr) return sleep(us);
  std::this_thread::sleep_for(std::chrono::microseconds(us));
}

}  // namespace varve::aws
