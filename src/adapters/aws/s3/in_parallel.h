// InParallel: the requests of one large object, several at a time.
#pragma once

#include <cstddef>
#include <functional>

#include "base/result.h"

namespace varve::aws {

// Calls task(0), …, task(count - 1) on up to `threads` threads, in order of their beginnings. After
// a failure no more begin; the first one is returned when all that ran have ended.
Status InParallel(size_t count, size_t threads, const std::function<Status(size_t)>& task);

}  // namespace varve::aws
