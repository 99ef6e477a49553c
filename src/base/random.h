// Random: chance, injected so that tests and the simulator decide it. Not for secrets.
#pragma once

#include <cstdint>

namespace varve {

class Random {
 public:
  virtual ~Random() = default;
  virtual uint64_t Next() = 0;  // 64 random bits

  // From 0 to `bound` - 1; `bound` is above 0. Its bias, below 2^-32 for delays, matters to nobody.
  uint64_t Below(uint64_t bound) { return Next() % bound; }
};

// SplitMix64: the same seed gives the same numbers everywhere. Not thread-safe.
class SeededRandom : public Random {
 public:
  explicit SeededRandom(uint64_t seed) : state_(seed) {}
  uint64_t Next() override;

 private:
  uint64_t state_;
};

// The system's own: no two processes get the same numbers. Thread-safe. Lives as long as the
// process.
Random& SystemRandom();

}  // namespace varve
