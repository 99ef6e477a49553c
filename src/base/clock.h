// Clock: what time it is, injected so that tests and the simulator decide it.
//
// Wall time is what is stored and shown; it may jump. Nothing that must not misbehave when it does
// (leases between processes excepted, which is what their margin is for) may depend on it alone.
#pragma once

#include <cstdint>

namespace varve {

constexpr int64_t kMicrosPerSecond = 1'000'000;
constexpr int64_t kMicrosPerMinute = 60 * kMicrosPerSecond;
constexpr int64_t kMicrosPerHour = 60 * kMicrosPerMinute;
constexpr int64_t kMicrosPerDay = 24 * kMicrosPerHour;

// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual int64_t NowUs() const = 0;  // since 1970-01-01T00:00:00Z, as wall clocks say
};

// The machine's clock. Lives as long as the process.
const Clock& SystemClock();

}  // namespace varve
