#include "workflow/backoff.h"

namespace varve {

int64_t BackoffUs(const RetryPolicy& policy, uint32_t attempt, Random& random) {
  int64_t bound = policy.delay_us;
  for (uint32_t i = 1; i < attempt && bound < policy.delay_max_us; ++i) bound *= 2;
  if (bound > policy.delay_max_us) bound = policy.delay_max_us;
  return bound <= 0 ? 0 : static_cast<int64_t>(random.Below(static_cast<uint64_t>(bound) + 1));
}

}  // namespace varve
