// OwnerSlot: a name for this process that no other living process has, and that it gets again
// after it was killed, so that the batches it held are its own at once instead of when their lease
// ends. The lock of a slot goes with the process, however that ends.
#pragma once

#include <string>

#include "base/result.h"

namespace varve::cli {

// A name that no other process has or had: what it holds when it is killed is free when its lease
// ends.
std::string NewOwner();

class OwnerSlot {
 public:
  // Takes the first free slot of the state directory. kLimit: a thousand processes hold them all.
  static Result<OwnerSlot> Take(const std::string& state_directory);
  OwnerSlot(OwnerSlot&& other) noexcept;
  OwnerSlot& operator=(OwnerSlot&&) = delete;
  ~OwnerSlot();

  const std::string& name() const { return name_; }  // "worker-0"

 private:
  OwnerSlot(std::string name, int fd) : name_(std::move(name)), fd_(fd) {}
  std::string name_;
  int fd_;
};

}  // namespace varve::cli
