// FiberLoop: many processes in one thread, each on a stack of its own, in virtual time. One runs
// until it sleeps; then the one goes on whose time comes first. What would run on 50 machines is
// thus interleaved at every call, and the same each time.
#pragma once

#include <ucontext.h>

#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <queue>
#include <utility>
#include <vector>

#include "sim/world.h"

namespace varve::sim {

// Not thread-safe. The sanitizers do not follow it from stack to stack.
class FiberLoop {
 public:
  explicit FiberLoop(World& world) : world_(world) {}
  FiberLoop(const FiberLoop&) = delete;
  FiberLoop& operator=(const FiberLoop&) = delete;
  ~FiberLoop();  // ends what has not ended, by an exception out of its Sleep

  // `body` begins at this moment, when the one that calls has come to sleep. An exception that
  // leaves it leaves RunUntil too.
  void Spawn(std::function<void()> body);
  // Of the process that calls; not while it handles an exception.
  void Sleep(int64_t us);
  // Lets everything happen that happens before `until_us`, in true time.
  void RunUntil(int64_t until_us);
  size_t running() const { return fibers_ - idle_.size(); }
  size_t most() const { return fibers_; }  // that ran at a time

 private:
  struct Stopped {};
  struct Fiber;
  struct Wake {
    int64_t at_us;
    uint64_t number;  // of those at one time, the first to sleep is the first to wake
    Fiber* fiber;
    bool operator>(const Wake& other) const {
      return std::pair(at_us, number) > std::pair(other.at_us, other.number);
    }
  };

  static void Enter();
  void Run(Fiber& fiber);
  void Resume(Fiber& fiber);

  static FiberLoop* entering_;

  World& world_;
  ucontext_t outside_{};
  Fiber* current_ = nullptr;
  std::priority_queue<Wake, std::vector<Wake>, std::greater<>> wakes_;
  std::vector<std::unique_ptr<Fiber>> all_;
  std::vector<Fiber*> idle_;
  std::exception_ptr thrown_;
  uint64_t number_ = 0;
  size_t fibers_ = 0;
  bool stopping_ = false;
};

}  // namespace varve::sim
