#include "adapters/aws/s3/in_parallel.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace varve::aws {

Status InParallel(size_t count, size_t threads, const std::function<Status(size_t)>& task) {
  std::atomic<size_t> next = 0;
  std::atomic<bool> stop = false;
  std::mutex mutex;
  std::optional<Error> first;
  const auto work = [&] {
    while (!stop) {
      const size_t i = next++;
      if (i >= count) return;
      Status status = task(i);
      if (status.ok()) continue;
      stop = true;
      const std::lock_guard lock(mutex);
      if (!first) first = std::move(status).error();
    }
  };
  std::vector<std::thread> others;
  for (size_t i = 1; i < std::min(threads, count); ++i) others.emplace_back(work);
  work();
  for (std::thread& other : others) other.join();
  if (first) return std::move(*first);
  return Ok{};
}

}  // namespace varve::aws
