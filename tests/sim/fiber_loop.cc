#include "sim/fiber_loop.h"

#include <sys/mman.h>

#include <new>

namespace varve::sim {
namespace {

constexpr size_t kStackBytes = 256 << 10;
constexpr size_t kGuardBytes = 4096;

// Only what is touched takes memory; running over its end is a fault, not another's data.
class Stack {
 public:
  Stack()
      : base_(::mmap(nullptr, kStackBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                     0)) {
    if (base_ == MAP_FAILED || ::mprotect(base_, kGuardBytes, PROT_NONE) != 0) {
      throw std::bad_alloc();
    }
  }
  Stack(const Stack&) = delete;
  Stack& operator=(const Stack&) = delete;
  ~Stack() { ::munmap(base_, kStackBytes); }
  void* base() const { return base_; }

 private:
  void* base_;
};

}  // namespace

struct FiberLoop::Fiber {
  Stack stack;
  ucontext_t context{};
  std::function<void()> body;
};

FiberLoop* FiberLoop::entering_ = nullptr;

FiberLoop::~FiberLoop() {
  stopping_ = true;
  while (!wakes_.empty()) {
    Fiber* const fiber = wakes_.top().fiber;
    wakes_.pop();
    Resume(*fiber);
  }
}

void FiberLoop::Spawn(std::function<void()> body) {
  if (idle_.empty()) {
    all_.push_back(std::make_unique<Fiber>());
    idle_.push_back(all_.back().get());
    fibers_ = all_.size();
  }
  Fiber* const fiber = idle_.back();
  idle_.pop_back();
  fiber->body = std::move(body);
  ::getcontext(&fiber->context);
  fiber->context.uc_stack.ss_sp = fiber->stack.base();
  fiber->context.uc_stack.ss_size = kStackBytes;
  fiber->context.uc_link = &outside_;
  ::makecontext(&fiber->context, &FiberLoop::Enter, 0);
  wakes_.push({world_.now(), ++number_, fiber});
}

void FiberLoop::Enter() {
  FiberLoop* const loop = entering_;
  loop->Run(*loop->current_);
}

void FiberLoop::Run(Fiber& fiber) {
  try {
    if (!stopping_) fiber.body();
  } catch (const Stopped&) {
  } catch (...) {
    thrown_ = std::current_exception();
  }
  fiber.body = nullptr;
  idle_.push_back(&fiber);
}

void FiberLoop::Resume(Fiber& fiber) {
  current_ = &fiber;
  entering_ = this;
  ::swapcontext(&outside_, &fiber.context);
  current_ = nullptr;
}

void FiberLoop::Sleep(int64_t us) {
  if (stopping_) throw Stopped();
  Fiber& fiber = *current_;
  wakes_.push({world_.now() + us, ++number_, &fiber});
  ::swapcontext(&fiber.context, &outside_);
  if (stopping_) throw Stopped();
}

void FiberLoop::RunUntil(int64_t until_us) {
  while (!wakes_.empty() && wakes_.top().at_us < until_us) {
    const Wake wake = wakes_.top();
    wakes_.pop();
    world_.AdvanceTo(wake.at_us);
    world_.Deliver();
    Resume(*wake.fiber);
    if (thrown_) std::rethrow_exception(std::exchange(thrown_, nullptr));
  }
  world_.AdvanceTo(until_us);
}

}  // namespace varve::sim
