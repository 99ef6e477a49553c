// The footer as a whole: parsed, and checked to make sense.
//
// Thread-safety: pure functions.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"
#include "etl/parquet/metadata.h"
#include "etl/parquet/schema_elements.h"

namespace varve::parquet {

inline constexpr int64_t kMagicBytes = 4;  // "PAR1", at both ends of a file

struct Footer {
  FileMetadata metadata;
  std::vector<LeafColumn> leaves;  // in file order; field is null
};

// Parses the serialised FileMetaData `in`, which lies at `offset` of its file. kCorrupt when it is
// damaged, when the schema is no tree, when a row group does not have one chunk for each leaf, of
// its type and (for a column that never repeats) with one value a row, when row counts do not add
// up, or when a chunk or page index lies outside bytes [4, offset).
Result<Footer> ParseFooter(std::span<const uint8_t> in, uint64_t offset);

}  // namespace varve::parquet
