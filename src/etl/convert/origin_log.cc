#include "etl/convert/origin_log.h"

#include <cerrno>
#include <cstring>

namespace varve {
namespace {

struct Header {
  uint64_t spill_offset;
  uint64_t bytes;  // of the records that follow
};

void AppendVarint(uint64_t value, std::string* out) {
  for (; value >= 0x80; value >>= 7) out->push_back(static_cast<char>(value | 0x80));
  out->push_back(static_cast<char>(value));
}

}  // namespace

// A record: bytes of the line; lines since the last one, doubled; bytes since its end. Odd instead
// of the second number: the file, line and offset follow in full.
void OriginChunk::Add(const LineOrigin& origin, uint64_t bytes) {
  const bool follows = !records_.empty() && origin.file == last_.file;
  AppendVarint(bytes, &records_);
  if (follows) {
    AppendVarint((origin.line - last_.line) << 1, &records_);
    AppendVarint(origin.offset - last_end_, &records_);
  } else {
    AppendVarint(1, &records_);
    AppendVarint(origin.file, &records_);
    AppendVarint(origin.line, &records_);
    AppendVarint(origin.offset, &records_);
  }
  last_ = origin;
  last_end_ = origin.offset + bytes;
}

void OriginChunk::Finish(uint64_t spill_offset, std::string* out) {
  const Header header{spill_offset, records_.size()};
  out->append(reinterpret_cast<const char*>(&header), sizeof(header));
  out->append(records_);
  records_.clear();
}

Result<OriginReader> OriginReader::Open(const std::string& path) {
  std::FILE* file = std::fopen(path.c_str(), "rbe");
  if (file == nullptr) return ErrnoError("open", path);
  return OriginReader(path, file);
}

Status OriginReader::Seek(uint64_t spill_offset) {
  // Header after header: a chunk is passed over once the next is known to begin early enough.
  std::rewind(file_.get());
  VARVE_RETURN_IF_ERROR(ReadHeader());
  while (true) {
    const long records = std::ftell(file_.get());
    const uint64_t bytes = chunk_bytes_;
    const uint64_t begin = spill_offset_;
    if (std::fseek(file_.get(), static_cast<long>(bytes), SEEK_CUR) == 0 && ReadHeader().ok() &&
        spill_offset_ <= spill_offset) {
      continue;
    }
    std::clearerr(file_.get());
    if (std::fseek(file_.get(), records, SEEK_SET) != 0) return ErrnoError("read", path_);
    chunk_bytes_ = bytes;
    spill_offset_ = begin;
    break;
  }
  VARVE_RETURN_IF_ERROR(ReadChunk());
  while (spill_offset_ < spill_offset) {
    LineOrigin skipped;
    VARVE_RETURN_IF_ERROR(Next(&skipped));
  }
  return Ok{};
}

Status OriginReader::Next(LineOrigin* origin) {
  if (at_ == chunk_.size()) {
    VARVE_RETURN_IF_ERROR(ReadHeader());
    VARVE_RETURN_IF_ERROR(ReadChunk());
  }
  Decode();
  *origin = last_;
  return Ok{};
}

Status OriginReader::ReadHeader() {
  Header header;
  errno = 0;
  if (std::fread(&header, sizeof(header), 1, file_.get()) != 1) {
    return ErrnoError("read", path_, errno != 0 ? errno : EIO);
  }
  spill_offset_ = header.spill_offset;
  chunk_bytes_ = header.bytes;
  return Ok{};
}

Status OriginReader::ReadChunk() {
  chunk_.resize(chunk_bytes_);
  at_ = 0;
  errno = 0;
  if (chunk_.empty() || std::fread(chunk_.data(), chunk_.size(), 1, file_.get()) != 1) {
    return ErrnoError("read", path_, errno != 0 ? errno : EIO);
  }
  return Ok{};
}

uint64_t OriginReader::Varint() {
  uint64_t value = 0;
  for (unsigned shift = 0; at_ < chunk_.size(); shift += 7) {
    const auto byte = static_cast<unsigned char>(chunk_[at_++]);
    value |= static_cast<uint64_t>(byte & 0x7F) << shift;
    if (byte < 0x80) break;
  }
  return value;
}

void OriginReader::Decode() {
  const uint64_t bytes = Varint();
  const uint64_t lines = Varint();
  if ((lines & 1) == 0) {
    last_.line += lines >> 1;
    last_.offset += last_bytes_ + Varint();
  } else {
    last_.file = static_cast<uint32_t>(Varint());
    last_.line = Varint();
    last_.offset = Varint();
  }
  last_bytes_ = bytes;
  spill_offset_ += bytes;
}

}  // namespace varve
