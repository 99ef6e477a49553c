// Backoff: how long to wait before trying again.
#pragma once

#include <cstdint>

#include "base/random.h"

namespace varve {

struct RetryPolicy {
  uint32_t attempts_max = 0;  // 0: as often as it takes
  int64_t delay_us = 0;       // upper bound of the first delay; it doubles with each attempt ...
  int64_t delay_max_us = 0;   // ... up to this
};

// Exponential with full jitter: anything from 0 to the bound, so that those who failed together do
// not come back together. `attempt` is the one that failed, from 1.
int64_t BackoffUs(const RetryPolicy& policy, uint32_t attempt, Random& random);

}  // namespace varve
