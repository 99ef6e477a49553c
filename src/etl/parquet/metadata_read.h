// Parses the structs of metadata.h from the Thrift compact protocol: any bytes, no trust.
//
// What is checked here is each struct by itself: well-formed Thrift, required fields, numbers that
// are not negative, enumerations whose meaning is needed. footer_reader.h checks how they fit
// together. Errors are kCorrupt and name the byte, counted from `offset`, where parsing stopped.
// Thread-safety: pure functions.
#pragma once

#include <cstdint>
#include <span>

#include "base/result.h"
#include "etl/parquet/metadata.h"

namespace varve::parquet {

Result<FileMetadata> ParseFileMetadata(std::span<const uint8_t> in, uint64_t offset);
Result<ColumnIndex> ParseColumnIndex(std::span<const uint8_t> in, uint64_t offset);
Result<OffsetIndex> ParseOffsetIndex(std::span<const uint8_t> in, uint64_t offset);

}  // namespace varve::parquet
