#include "base/clock.h"

#include <chrono>

namespace varve {
namespace {

class WallClock : public Clock {
 public:
  int64_t NowUs() const override {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::microseconds>(now).count();
  }
};

}  // namespace

const Clock& SystemClock() {
  static const WallClock clock;
  return clock;
}

}  // namespace varve
