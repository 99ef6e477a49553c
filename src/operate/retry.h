// Retry: failed or missing files are tried once more, their attempts counted from the start. What
// `varve retry` and the dashboard's button do.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.h"
#include "ports/file_tracker.h"

namespace varve {

// Who asks and when; `detail` goes into the file's history.
struct RetryRequest {
  std::string_view pipeline;
  std::string_view detail;
  int64_t now_us = 0;
};

// The newest version of `key`. kNotFound; kConflict in a state that cannot be retried.
Status RetryKey(FileTracker& tracker, const RetryRequest& request, std::string_view key);

// All that are failed when it begins. Gives how many are pending again.
Result<uint64_t> RetryFailed(FileTracker& tracker, const RetryRequest& request);

}  // namespace varve
