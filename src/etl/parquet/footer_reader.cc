#include "etl/parquet/footer_reader.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "etl/parquet/metadata_read.h"

namespace varve::parquet {
namespace {

constexpr uint64_t kTailBytes = 8;  // length of the footer, magic
constexpr size_t kFirstHeaderWindow = 4096;
constexpr size_t kLargestHeaderWindow = size_t{16} << 20;

}  // namespace

FooterReader::FooterReader(FooterReader&& other) noexcept
    : path_(std::move(other.path_)),
      fd_(std::exchange(other.fd_, -1)),
      file_bytes_(other.file_bytes_),
      footer_bytes_(other.footer_bytes_),
      footer_(std::move(other.footer_)) {}

FooterReader::~FooterReader() {
  if (fd_ >= 0) close(fd_);
}

Error FooterReader::Corrupt(const std::string& what) const {
  return Error{Code::kCorrupt, path_ + ": " + what};
}

Result<FooterReader> FooterReader::Open(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return ErrnoError("open", path);
  FooterReader reader(path, fd);
  struct stat info;
  if (fstat(fd, &info) != 0) return ErrnoError("stat", path);
  if (!S_ISREG(info.st_mode)) {
    return Error{Code::kInvalidArgument, path + ": not a regular file"};
  }
  reader.file_bytes_ = static_cast<uint64_t>(info.st_size);
  VARVE_RETURN_IF_ERROR(reader.ReadFooter());
  return reader;
}

Status FooterReader::ReadFooter() {
  if (file_bytes_ < kMagicBytes + kTailBytes) {
    return Corrupt("too small for a Parquet file (" + std::to_string(file_bytes_) + " bytes)");
  }
  VARVE_ASSIGN_OR_RETURN(const Buffer head, ReadRange(0, kMagicBytes));
  VARVE_ASSIGN_OR_RETURN(const Buffer tail, ReadRange(file_bytes_ - kTailBytes, kTailBytes));
  if (tail.view().substr(4) == "PARE") {
    return Error{Code::kInvalidArgument, path_ + ": the footer is encrypted"};
  }
  if (head.view() != "PAR1" || tail.view().substr(4) != "PAR1") {
    return Corrupt("not a Parquet file: no PAR1 at its start and end");
  }
  uint32_t size;
  std::memcpy(&size, tail.data(), sizeof(size));
  if (size > file_bytes_ - kMagicBytes - kTailBytes) {
    return Corrupt("footer of " + std::to_string(size) + " bytes in a file of " +
                   std::to_string(file_bytes_));
  }
  footer_bytes_ = size;
  const uint64_t offset = file_bytes_ - kTailBytes - size;
  VARVE_ASSIGN_OR_RETURN(const Buffer bytes, ReadRange(offset, size));
  Result<Footer> footer = ParseFooter(bytes.bytes(), offset);
  if (!footer.ok()) return std::move(footer).error().WithContext(path_);
  footer_ = std::move(footer).value();
  return Ok{};
}

Result<Buffer> FooterReader::ReadRange(uint64_t offset, size_t size) const {
  if (offset > file_bytes_ || size > file_bytes_ - offset) {
    return Corrupt("bytes " + std::to_string(offset) + " to " + std::to_string(offset + size) +
                   " lie outside the file");
  }
  Buffer bytes;
  bytes.Resize(size);
  size_t done = 0;
  while (done < size) {
    const ssize_t got =
        pread(fd_, bytes.data() + done, size - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return ErrnoError("read", path_);
    if (got == 0) return Corrupt("the file shrank while it was read");
    done += static_cast<size_t>(got);
  }
  return bytes;
}

Result<ColumnIndex> FooterReader::ReadColumnIndex(size_t row_group, size_t column) const {
  const auto& range = metadata().row_groups[row_group].columns[column].column_index;
  if (!range) return Error{Code::kNotFound, path_ + ": no column index"};
  const uint64_t offset = static_cast<uint64_t>(range->offset);
  VARVE_ASSIGN_OR_RETURN(const Buffer bytes,
                         ReadRange(offset, static_cast<size_t>(range->size_bytes)));
  Result<ColumnIndex> index = ParseColumnIndex(bytes.bytes(), offset);
  if (!index.ok()) return std::move(index).error().WithContext(path_);
  return index;
}

Result<OffsetIndex> FooterReader::ReadOffsetIndex(size_t row_group, size_t column) const {
  const auto& range = metadata().row_groups[row_group].columns[column].offset_index;
  if (!range) return Error{Code::kNotFound, path_ + ": no offset index"};
  const uint64_t offset = static_cast<uint64_t>(range->offset);
  VARVE_ASSIGN_OR_RETURN(const Buffer bytes,
                         ReadRange(offset, static_cast<size_t>(range->size_bytes)));
  Result<OffsetIndex> index = ParseOffsetIndex(bytes.bytes(), offset);
  if (!index.ok()) return std::move(index).error().WithContext(path_);
  return index;
}

// Headers have no length: a small window does for nearly all, a large one is tried after it.
Result<PageHeader> FooterReader::ReadHeaderAt(uint64_t offset, uint64_t limit) const {
  for (size_t window = kFirstHeaderWindow;; window = kLargestHeaderWindow) {
    const size_t size = static_cast<size_t>(std::min<uint64_t>(window, limit));
    VARVE_ASSIGN_OR_RETURN(const Buffer bytes, ReadRange(offset, size));
    Result<PageHeader> header = ReadPageHeader(bytes.bytes(), offset);
    if (header.ok() || size == limit || window == kLargestHeaderWindow) return header;
  }
}

Result<std::vector<PageEntry>> FooterReader::ReadPageHeaders(size_t row_group,
                                                             size_t column) const {
  const ColumnChunkMetadata& chunk = metadata().row_groups[row_group].columns[column];
  uint64_t offset = static_cast<uint64_t>(chunk.first_page_offset());
  const uint64_t end = offset + static_cast<uint64_t>(chunk.compressed_bytes);
  std::vector<PageEntry> pages;
  int64_t values = 0;
  while (offset < end) {
    Result<PageHeader> header = ReadHeaderAt(offset, end - offset);
    if (!header.ok()) return std::move(header).error().WithContext(path_);
    const std::string where = "page at offset " + std::to_string(offset);
    const uint64_t size = header->header_bytes + static_cast<uint64_t>(header->compressed_bytes);
    if (size > end - offset) return Corrupt(where + " runs past the end of its chunk");
    if (header->type == PageType::kDictionary && !pages.empty()) {
      return Corrupt(where + " is a dictionary, but not the first page");
    }
    const bool is_data = header->type == PageType::kData || header->type == PageType::kDataV2;
    if (is_data) values += header->value_count;
    pages.push_back({offset, *header});
    offset += size;
  }
  if (values != chunk.value_count) {
    return Corrupt("row group " + std::to_string(row_group) + ", column " + std::to_string(column) +
                   ": pages hold " + std::to_string(values) + " values, the footer says " +
                   std::to_string(chunk.value_count));
  }
  return pages;
}

Result<Buffer> FooterReader::ReadPageBody(const PageEntry& page) const {
  return ReadRange(page.body_offset(), static_cast<size_t>(page.header.compressed_bytes));
}

}  // namespace varve::parquet
