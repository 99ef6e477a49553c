// From an EncodedChunk to the metadata the file keeps of it.
//
// Thread-safety: pure functions.
#pragma once

#include <cstdint>
#include <optional>

#include "base/result.h"
#include "etl/parquet/chunk.h"
#include "etl/parquet/metadata.h"
#include "etl/parquet/schema_elements.h"

namespace varve::parquet {

// kInternal when the chunk contradicts its leaf, itself, or the group's row count: a bug in the
// encoder, found before it reaches the disk.
Status CheckChunk(const EncodedChunk& chunk, const LeafColumn& leaf, uint64_t row_count);

// `offset` is where the chunk's first byte lies in the file.
ColumnChunkMetadata DescribeChunk(const EncodedChunk& chunk, const LeafColumn& leaf, Codec codec,
                                  uint64_t offset);

// nullopt when a page has values but no bounds: an index must bound every page or not exist.
std::optional<ColumnIndex> BuildColumnIndex(const EncodedChunk& chunk, const LeafColumn& leaf);

OffsetIndex BuildOffsetIndex(const EncodedChunk& chunk, const LeafColumn& leaf, uint64_t offset);

}  // namespace varve::parquet
