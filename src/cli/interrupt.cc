#include "cli/interrupt.h"

#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "cli/exit_code.h"

namespace varve::cli {
namespace {

std::atomic<bool> cancelled{false};
std::atomic<int> wake_fd{-1};
static_assert(std::atomic<bool>::is_always_lock_free, "set from a signal handler");

void OnSignal(int) {
  const int errno_before = errno;
  if (cancelled.exchange(true)) _exit(kExitInterrupted);
  const int fd = wake_fd;
  const uint64_t one = 1;
  if (fd >= 0 && write(fd, &one, sizeof(one)) < 0) errno = errno_before;  // full: it is awake
}

}  // namespace

const std::atomic<bool>* InstallInterruptHandlers() {
  struct sigaction action = {};
  action.sa_handler = OnSignal;
  action.sa_flags = SA_RESTART;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  signal(SIGPIPE, SIG_IGN);
  return &cancelled;
}

void WakeOnInterrupt(int fd) { wake_fd = fd; }

}  // namespace varve::cli
