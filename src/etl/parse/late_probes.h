// LateProbes: tokens of the row under way that wait to be looked up in their large dictionaries.
//
// A probe of a dictionary that is beyond the cache waits for memory, and parsing waits with it:
// on nested events that was a quarter of the time. So the cursor only asks for the memory and goes
// on; when the row ends, everything that it asked for has come (docs/decisions/0022).
// Private to parse/.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "etl/column/token_dictionary.h"

namespace varve {

struct Node;

struct LateProbe {
  TokenKey key;  // of a string the content; without escapes
  Node* node;
  uint32_t position;  // reserved among the indices of the node's leaf
  uint64_t slot;      // of a long token: where its bytes may be, 0 while that is not known
};

struct LateProbes {
  static constexpr size_t kMax = 64;
  std::array<LateProbe, kMax> probes;
  size_t count = 0;
};

}  // namespace varve
