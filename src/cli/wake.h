// Wake: lets other threads and signal handlers end a thread's waiting.
#pragma once

#include <cstdint>
#include <vector>

#include "base/result.h"

namespace varve::cli {

class Wake {
 public:
  static Result<Wake> Open();
  Wake(Wake&& other) noexcept;
  Wake& operator=(Wake&&) = delete;
  ~Wake();

  // From any thread, or a signal handler that writes 8 bytes to fd(). Once is as good as often.
  void Ring() const;
  // Until somebody rang since the last wait, one of `also` is readable, or for `max_us`. One thread
  // at a time.
  void Wait(int64_t max_us, const std::vector<int>& also) const;

  int fd() const { return fd_; }

 private:
  explicit Wake(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace varve::cli
