#include "base/random.h"

#include <random>

namespace varve {
namespace {

class DeviceRandom : public Random {
 public:
  uint64_t Next() override {
    std::random_device device;
    return uint64_t{device()} << 32 | device();
  }
};

}  // namespace

Random& SystemRandom() {
  static DeviceRandom random;
  return random;
}

uint64_t SeededRandom::Next() {
  uint64_t z = (state_ += 0x9E3779B97F4A7C15u);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

}  // namespace varve
