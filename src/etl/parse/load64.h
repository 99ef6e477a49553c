// Load64: eight characters as one number, the first in the lowest byte, for parsers that look at
// eight digits at once. Thread-safety: pure function.
#pragma once

#include <cstdint>
#include <cstring>

namespace varve {

inline uint64_t Load64(const char* p) {
  uint64_t bytes;
  std::memcpy(&bytes, p, sizeof(bytes));
  return bytes;
}

}  // namespace varve
