#include "base/buffer.h"

#include <algorithm>
#include <cstdio>

namespace varve {

void Buffer::Grow(size_t needed) {
  // Doubling what is small halves the copying; what is large wastes no more than a half.
  constexpr size_t kSmall = 256 << 10;
  const size_t more = capacity_ < kSmall ? capacity_ * 2 : capacity_ + capacity_ / 2;
  const size_t capacity = std::max({needed, more, size_t{128}});
  void* grown = std::realloc(data_, capacity);
  if (grown == nullptr) {
    std::fprintf(stderr, "varve: out of memory (wanted a buffer of %zu bytes)\n", capacity);
    std::abort();
  }
  data_ = static_cast<uint8_t*>(grown);
  capacity_ = capacity;
}

}  // namespace varve
