// What a page encoder hands to the file writer: finished column chunks of one row group.
//
// Offsets in these structs are relative to the first byte of the chunk; the file writer makes them
// absolute. Spec: parquet.thrift of apache/parquet-format 2.10 (ColumnMetaData, OffsetIndex,
// ColumnIndex, SizeStatistics).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/buffer.h"
#include "etl/encode/codec.h"

namespace varve::parquet {

using varve::Codec;

enum class Encoding : int32_t {  // numbers of parquet.thrift
  kPlain = 0,
  kRle = 3,
  kRleDictionary = 8,
};

// Bounds of some values in PLAIN encoding without length prefix (the form of Statistics.min_value).
// Strings longer than 64 bytes are truncated (max rounded up) and marked inexact.
struct Bounds {
  std::string min;
  std::string max;
  bool min_exact = true;
  bool max_exact = true;
  bool has_max = true;  // false: no string of 64 bytes is above all values (max is then empty)
};

struct DataPageInfo {
  uint64_t offset = 0;       // of the page header, from the start of the chunk
  uint32_t size_bytes = 0;   // page header + compressed body
  uint64_t first_row = 0;    // within the row group
  uint64_t value_count = 0;  // levels, nulls included
  uint64_t null_count = 0;
  Encoding encoding = Encoding::kPlain;
  std::optional<Bounds>
      bounds;                // absent: no non-null value, or no order defined (NaN never occurs)
  uint64_t plain_bytes = 0;  // BYTE_ARRAY only: sum of value lengths (SizeStatistics)
  std::vector<uint64_t> repetition_histogram;  // count per level; empty when max level is 0
  std::vector<uint64_t> definition_histogram;  // count per level; empty when max level is 0
};

struct EncodedChunk {
  Buffer bytes;  // dictionary page (if any) then data pages, headers included, as in the file
  bool has_dictionary = false;
  uint64_t data_offset = 0;         // of the first data page; the dictionary page is at 0
  uint64_t uncompressed_bytes = 0;  // page headers + uncompressed bodies
  std::vector<DataPageInfo> pages;
  std::optional<Bounds> bounds;  // of the whole chunk
};

struct EncodedRowGroup {
  uint64_t row_count = 0;
  std::vector<EncodedChunk> chunks;  // one per leaf column, in schema order (depth first)
};

}  // namespace varve::parquet
