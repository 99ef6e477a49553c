// The readers of foreign Parquet metadata: any bytes give a value that makes sense or kCorrupt.
#include <cstdint>
#include <span>

#include "base/buffer.h"
#include "etl/parquet/footer.h"
#include "etl/parquet/metadata_read.h"
#include "etl/parquet/metadata_write.h"
#include "etl/parquet/page_header.h"
#include "require.h"

namespace varve::parquet {
namespace {

constexpr uint64_t kOffset = 1 << 20;  // where the footer is said to lie

void ReadFooter(std::span<const uint8_t> in) {
  const Result<Footer> footer = ParseFooter(in, kOffset);
  if (!footer.ok()) {
    FUZZ_REQUIRE(!footer.error().message.empty());
    return;
  }
  uint64_t rows = 0;
  for (const RowGroupMetadata& group : footer->metadata.row_groups) {
    FUZZ_REQUIRE(group.columns.size() == footer->leaves.size());
    rows += static_cast<uint64_t>(group.row_count);
  }
  FUZZ_REQUIRE(rows == static_cast<uint64_t>(footer->metadata.row_count));
  // What was understood survives being written and read again.
  Buffer written;
  AppendFileMetadata(footer->metadata, &written);
  const Result<Footer> again = ParseFooter(written.bytes(), kOffset);
  FUZZ_REQUIRE(again.ok());
  Buffer rewritten;
  AppendFileMetadata(again->metadata, &rewritten);
  FUZZ_REQUIRE(written.view() == rewritten.view());
}

void ReadPage(std::span<const uint8_t> in) {
  const Result<PageHeader> header = ReadPageHeader(in, kOffset);
  if (!header.ok()) return;
  FUZZ_REQUIRE(header->header_bytes <= in.size());
  FUZZ_REQUIRE(header->compressed_bytes >= 0 && header->uncompressed_bytes >= 0);
  FUZZ_REQUIRE(header->value_count >= 0);
}

}  // namespace
}  // namespace varve::parquet

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace varve::parquet;  // NOLINT: one function
  if (size == 0) return 0;
  const std::span<const uint8_t> in(data + 1, size - 1);
  switch (data[0] % 4) {
    case 0: ReadFooter(in); break;
    case 1: ReadPage(in); break;
    case 2: (void)ParseColumnIndex(in, kOffset).ok(); break;
    case 3: (void)ParseOffsetIndex(in, kOffset).ok(); break;
  }
  return 0;
}
