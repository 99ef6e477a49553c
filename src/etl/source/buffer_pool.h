// BufferPool: block buffers that readers hand back, so that no block pays for fresh pages.
// Thread-safety: all methods from any thread.
#pragma once

#include <cstddef>
#include <mutex>
#include <utility>
#include <vector>

#include "base/buffer.h"

namespace varve {

class BufferPool {
 public:
  // Buffers that grew beyond `kept_bytes_max` (for a long line) are not kept.
  explicit BufferPool(size_t kept_bytes_max) : kept_bytes_max_(kept_bytes_max) {}

  Buffer Take() {
    std::lock_guard lock(mutex_);
    if (buffers_.empty()) return Buffer();
    Buffer buffer = std::move(buffers_.back());
    buffers_.pop_back();
    return buffer;
  }

  void GiveBack(Buffer buffer) {
    if (buffer.capacity() == 0 || buffer.capacity() > kept_bytes_max_) return;
    std::lock_guard lock(mutex_);
    buffers_.push_back(std::move(buffer));
  }

 private:
  const size_t kept_bytes_max_;
  std::mutex mutex_;
  std::vector<Buffer> buffers_;
};

}  // namespace varve
