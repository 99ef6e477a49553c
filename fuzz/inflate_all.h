// Inflates a stream from memory, with reads and outputs of chosen sizes.
#pragma once

#include <string>
#include <string_view>

#include "etl/source/memory_stream.h"
#include "require.h"

namespace varve {

inline constexpr size_t kInflatedMax = 1 << 20;  // a bomb is left here

struct Inflated {
  std::string text;
  bool ok = true;
  bool cut = false;  // at kInflatedMax
};

template <typename Inflater>
Inflated InflateAll(std::string_view stored, size_t input_step, size_t output_step) {
  MemoryStream memory(stored, input_step);
  Inflater inflater(&memory);
  Inflated result;
  std::string piece(output_step, '\0');
  while (result.text.size() < kInflatedMax) {
    auto size = inflater.Read({piece.data(), piece.size()});
    FUZZ_REQUIRE(inflater.stored_offset() <= stored.size());
    if (!size.ok()) {
      FUZZ_REQUIRE(!inflater.failure_code().empty());
      result.ok = false;
      return result;
    }
    if (*size == 0) return result;
    FUZZ_REQUIRE(*size <= piece.size());
    result.text.append(piece.data(), *size);
  }
  result.cut = true;
  return result;
}

}  // namespace varve
