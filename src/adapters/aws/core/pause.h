// Pause: waits before another try.
#pragma once

#include <cstdint>
#include <functional>

#include "base/random.h"
#include "workflow/backoff.h"

namespace varve::aws {

using Sleep = std::function<void(int64_t us)>;  // null: the thread sleeps

// As BackoffUs says of `policy`, after the try number `attempt`, from 1.
void Pause(const RetryPolicy& policy, uint32_t attempt, Random& random, const Sleep& sleep);

}  // namespace varve::aws
