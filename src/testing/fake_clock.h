// FakeClock: the time is what the test says.
#pragma once

#include <atomic>
#include <cstdint>

#include "base/clock.h"

namespace varve {

// Thread-safe.
class FakeClock : public Clock {
 public:
  explicit FakeClock(int64_t now_us = 1'737'072'000 * kMicrosPerSecond)  // 2025-01-17
      : now_us_(now_us) {}

  int64_t NowUs() const override { return now_us_.load(); }
  void Set(int64_t now_us) { now_us_.store(now_us); }
  void Advance(int64_t by_us) { now_us_.fetch_add(by_us); }

 private:
  std::atomic<int64_t> now_us_;
};

}  // namespace varve
