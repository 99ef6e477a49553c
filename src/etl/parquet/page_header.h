// Page headers: what stands before each page body in a column chunk.
//
// Spec: PageHeader of parquet.thrift (apache/parquet-format 2.10). Thread-safety: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "base/buffer.h"
#include "base/result.h"
#include "etl/parquet/chunk.h"
#include "etl/parquet/metadata.h"

namespace varve::parquet {

// Append the header of a page whose compressed body is `body`, with the body's CRC-32. Levels are
// RLE encoded. The caller appends the body itself. Sizes must be below 2 GiB.
void AppendDataPageHeaderV1(uint32_t value_count, Encoding encoding, size_t uncompressed_bytes,
                            std::span<const uint8_t> body, Buffer* out);
void AppendDictionaryPageHeader(uint32_t value_count, size_t uncompressed_bytes,
                                std::span<const uint8_t> body, Buffer* out);

// The CRC-32 of zlib and gzip, as page headers carry it.
uint32_t PageCrc(std::span<const uint8_t> body);

struct PageHeader {
  PageType type = PageType::kData;
  int32_t uncompressed_bytes = 0;  // of the body
  int32_t compressed_bytes = 0;    // of the body
  std::optional<uint32_t> crc;
  int32_t value_count = 0;  // levels of a data page, entries of a dictionary
  int32_t encoding = 0;
  int32_t definition_encoding = 0;  // data page V1
  int32_t repetition_encoding = 0;  // data page V1
  int32_t null_count = 0;           // data page V2, as the next four
  int32_t row_count = 0;
  int32_t definition_bytes = 0;
  int32_t repetition_bytes = 0;
  bool is_compressed = true;
  size_t header_bytes = 0;  // size of the header itself
};

// Reads the header at the start of `in`; kCorrupt when it is damaged or holds a negative number.
// `offset` is where `in` lies in its file, for messages.
Result<PageHeader> ReadPageHeader(std::span<const uint8_t> in, uint64_t offset);

}  // namespace varve::parquet
