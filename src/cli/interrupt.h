// Ctrl-C and SIGTERM: the first asks the running conversion to clean up, the second ends at once.
#pragma once

#include <atomic>

namespace varve::cli {

// Installs the handlers (process-wide; call once) and returns the flag that the first signal sets.
// Also ignores SIGPIPE: a reader that went away must not cut the clean-up short.
const std::atomic<bool>* InstallInterruptHandlers();

// From now on a signal also writes 8 bytes to the event descriptor `fd`; -1: no longer.
void WakeOnInterrupt(int fd);

}  // namespace varve::cli
