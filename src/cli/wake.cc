#include "cli/wake.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

namespace varve::cli {

Result<Wake> Wake::Open() {
  const int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (fd < 0) return ErrnoError("create", "eventfd");
  return Wake(fd);
}

Wake::Wake(Wake&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

Wake::~Wake() {
  if (fd_ >= 0) close(fd_);
}

void Wake::Ring() const {
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = write(fd_, &one, sizeof(one));  // full: rung already
}

void Wake::Wait(int64_t max_us, const std::vector<int>& also) const {
  constexpr int64_t kMillisecondsMax = 3'600'000;
  std::vector<pollfd> ready = {{fd_, POLLIN, 0}};
  for (const int fd : also) ready.push_back({fd, POLLIN, 0});
  // Rounded up: waking too early would mean going round once more for nothing.
  const int64_t wait_ms = std::clamp<int64_t>((max_us + 999) / 1'000, 0, kMillisecondsMax);
  if (poll(ready.data(), ready.size(), static_cast<int>(wait_ms)) <= 0) return;
  if ((ready.front().revents & POLLIN) == 0) return;
  uint64_t rings = 0;
  [[maybe_unused]] const ssize_t size = read(fd_, &rings, sizeof(rings));
}

}  // namespace varve::cli
