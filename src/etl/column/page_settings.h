// What the pages of a conversion are made like, and the scratch memory one worker makes them in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/buffer.h"
#include "etl/column/level_writer.h"
#include "etl/encode/codec.h"

namespace varve {

inline constexpr uint32_t kPageRows = 20'000;
// Plain values leave for the compressor while they are still in the L2 cache (+4-10% on string
// columns against 1 MiB pages).
inline constexpr size_t kPlainPageBytes = 128 << 10;
inline constexpr size_t kIndexPageValues = 512 << 10;

struct PageSettings {
  Codec codec = Codec::kSnappy;
  int level = 0;
  // Rows that a row group is likely to have, to foresee how large dictionaries get.
  uint32_t expected_rows = 0;
  bool discard = false;  // only the schema is wanted: encode nothing
};

struct PageScratch {
  Buffer body;                // levels and values of the page being made
  Buffer compressed;          // the same, compressed
  std::vector<uint8_t> used;  // dictionary entries a page refers to
  LevelCache levels;
};

}  // namespace varve
