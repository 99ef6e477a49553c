#include "base/buffer.h"

#include <algorithm>
#include <cstdio>

namespace varve {

void Buffer::Grow(size_t needed) {
  const size_t capacity = std::max({needed, capacity_ + capacity_ / 2, size_t{64}});
  void* grown = std::realloc(data_, capacity);
  if (grown == nullptr) {
    std::fprintf(stderr, "varve: out of memory (wanted a buffer of %zu bytes)\n", capacity);
    std::abort();
  }
  data_ = static_cast<uint8_t*>(grown);
  capacity_ = capacity;
}

}  // namespace varve
