// FooterReader: the metadata of any Parquet file, for `varve inspect` and for tests.
//
// Reads with pread, only what is asked for, and trusts nothing: a damaged file gives kCorrupt with
// its path, the offset and the reason. Thread-safety: const methods may be called from any thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/buffer.h"
#include "base/result.h"
#include "etl/parquet/footer.h"
#include "etl/parquet/metadata.h"
#include "etl/parquet/page_header.h"

namespace varve::parquet {

struct PageEntry {
  uint64_t offset = 0;  // of the header, in the file
  PageHeader header;

  uint64_t body_offset() const { return offset + header.header_bytes; }
};

class FooterReader {
 public:
  static Result<FooterReader> Open(const std::string& path);
  FooterReader(FooterReader&& other) noexcept;
  FooterReader& operator=(FooterReader&&) = delete;
  ~FooterReader();

  const std::string& path() const { return path_; }
  const FileMetadata& metadata() const { return footer_.metadata; }
  const std::vector<LeafColumn>& leaves() const { return footer_.leaves; }
  uint64_t file_bytes() const { return file_bytes_; }
  uint64_t footer_bytes() const { return footer_bytes_; }

  // kNotFound when the chunk has none. Row group and column are indexes into metadata().
  Result<ColumnIndex> ReadColumnIndex(size_t row_group, size_t column) const;
  Result<OffsetIndex> ReadOffsetIndex(size_t row_group, size_t column) const;

  // The headers of all pages of a chunk, in file order; their sizes and value counts add up.
  Result<std::vector<PageEntry>> ReadPageHeaders(size_t row_group, size_t column) const;

  // The bytes of a page's body, as stored.
  Result<Buffer> ReadPageBody(const PageEntry& page) const;

 private:
  FooterReader(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}
  Status ReadFooter();
  Result<Buffer> ReadRange(uint64_t offset, size_t size) const;
  Result<PageHeader> ReadHeaderAt(uint64_t offset, uint64_t limit) const;
  Error Corrupt(const std::string& what) const;

  std::string path_;
  int fd_;
  uint64_t file_bytes_ = 0;
  uint64_t footer_bytes_ = 0;
  Footer footer_;
};

}  // namespace varve::parquet
