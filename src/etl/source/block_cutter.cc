#include "etl/source/block_cutter.h"

#include <algorithm>
#include <cstring>
#include <string_view>

namespace varve {
namespace {

constexpr size_t kOversizedKeepBytes = 1 << 10;
constexpr size_t kBeyondRangeBytes = 64 << 10;  // read at a time to finish the last line

}  // namespace

BlockCutter::BlockCutter(ByteStream* stream, uint32_t file, Range range, size_t block_bytes,
                         uint64_t line_bytes_max)
    : stream_(stream),
      file_(file),
      range_(range),
      // A block never holds a whole line beyond the limit if it is never larger than that line.
      block_bytes_(std::min<uint64_t>(block_bytes, line_bytes_max + 1)),
      line_bytes_max_(line_bytes_max),
      line_start_(StreamOffset(range)) {}

// Reads until the buffer holds `size` bytes, the stream ends, or the range has been read; past the
// range, a little at a time. Returns how many bytes it added.
Result<size_t> BlockCutter::Fill(Buffer* buffer, size_t size) {
  const size_t before = buffer->size();
  while (buffer->size() < size && !stream_ended_) {
    const uint64_t offset = line_start_ + buffer->size();
    const bool in_range = offset < range_.end;
    if (!in_range && buffer->size() > before) break;
    const uint64_t wanted = std::min<uint64_t>(size - buffer->size(),
                                               in_range ? range_.end - offset : kBeyondRangeBytes);
    auto* out = reinterpret_cast<char*>(buffer->Reserve(size - buffer->size() + kBlockPadding));
    VARVE_ASSIGN_OR_RETURN(const size_t read_size,
                           stream_->Read({out, static_cast<size_t>(wanted)}));
    stream_ended_ = read_size == 0;
    buffer->Advance(read_size);
  }
  return buffer->size() - before;
}

Status BlockCutter::SkipByteOrderMark(Buffer* buffer) {
  while (buffer->size() < kByteOrderMark.size() && !stream_ended_) {
    VARVE_RETURN_IF_ERROR(Fill(buffer, kByteOrderMark.size()));
  }
  if (buffer->view() != kByteOrderMark) return Ok{};
  buffer->Clear();
  line_start_ = kByteOrderMark.size();
  return Ok{};
}

// The line that the range begins in belongs to the range before.
Status BlockCutter::SkipToFirstLine(Buffer* buffer) {
  while (line_start_ + 1 < range_.end) {
    buffer->Clear();
    VARVE_ASSIGN_OR_RETURN(const size_t size, Fill(buffer, block_bytes_));
    const void* newline = std::memchr(buffer->data(), '\n', size);
    if (newline == nullptr) {
      line_start_ += size;
      if (stream_ended_) break;
      continue;
    }
    const size_t skip = static_cast<const uint8_t*>(newline) + 1 - buffer->data();
    line_start_ += skip;
    carry_.Append(buffer->data() + skip, size - skip);
    return Ok{};
  }
  line_start_ = range_.end;
  return Ok{};
}

// Where the block can end: after the last newline, but after the first one that ends the range's
// last line. 0: nowhere yet. The first `scanned` bytes are known to hold no newline.
size_t BlockCutter::CutPoint(const Buffer& buffer, size_t scanned) const {
  const uint8_t* data = buffer.data();
  uint64_t last = buffer.size();  // bytes before the range's last byte
  if (line_start_ + buffer.size() >= range_.end) {
    last = range_.end - 1 > line_start_ ? range_.end - 1 - line_start_ : 0;
    const size_t from = std::max<size_t>(last, scanned);
    const void* newline =
        from < buffer.size() ? std::memchr(data + from, '\n', buffer.size() - from) : nullptr;
    if (newline != nullptr) return static_cast<const uint8_t*>(newline) + 1 - data;
  }
  if (scanned >= last) return 0;
  const void* newline = memrchr(data + scanned, '\n', last - scanned);
  return newline == nullptr ? 0 : static_cast<const uint8_t*>(newline) + 1 - data;
}

// Turns the first `cut` bytes of the buffer into a block and keeps the rest for the next.
bool BlockCutter::Give(Buffer* buffer, size_t cut, Block* block) {
  carry_.Append(buffer->data() + cut, buffer->size() - cut);
  buffer->Resize(cut);
  std::memset(buffer->Reserve(kBlockPadding), '\n', kBlockPadding);
  *block = Block{};
  block->data = reinterpret_cast<const char*>(buffer->data());
  block->size = cut;
  block->file = file_;
  block->file_offset = line_start_;
  line_start_ += cut;
  return cut > 0;
}

Result<bool> BlockCutter::Next(Buffer* buffer, Block* block) {
  buffer->Clear();
  if (!started_) {
    started_ = true;
    if (range_.begin == 0) {
      VARVE_RETURN_IF_ERROR(SkipByteOrderMark(buffer));
    } else {
      VARVE_RETURN_IF_ERROR(SkipToFirstLine(buffer));
      buffer->Clear();
    }
    if (range_.begin > 0 && line_start_ >= range_.end) return false;
  } else if (line_start_ >= range_.end) {
    return false;
  }
  buffer->Append(carry_.view());
  carry_.Clear();

  size_t scanned = 0;
  uint64_t target = std::max<uint64_t>(block_bytes_, buffer->size());
  for (;;) {
    VARVE_RETURN_IF_ERROR(Fill(buffer, target));
    const size_t cut = CutPoint(*buffer, scanned);
    if (cut > 0) return Give(buffer, cut, block);
    if (buffer->size() > line_bytes_max_) return Oversized(buffer, block);
    if (stream_ended_) return Give(buffer, buffer->size(), block);
    scanned = buffer->size();
    if (buffer->size() >= target) target = std::min(target * 2, line_bytes_max_ + 1);
  }
}

// The buffer begins with a line that is too long and does not hold its end: reads on to its end,
// keeping only the beginning.
Result<bool> BlockCutter::Oversized(Buffer* buffer, Block* block) {
  const size_t keep = std::min(buffer->size(), kOversizedKeepBytes);
  uint64_t line_bytes = buffer->size();
  Buffer skipped;
  for (bool found = false; !found && !stream_ended_;) {
    skipped.Resize(0);
    auto* out = reinterpret_cast<char*>(skipped.Reserve(block_bytes_));
    VARVE_ASSIGN_OR_RETURN(const size_t size,
                           stream_->Read({out, static_cast<size_t>(block_bytes_)}));
    stream_ended_ = size == 0;
    if (size == 0) break;
    const void* newline = std::memchr(out, '\n', size);
    found = newline != nullptr;
    const size_t part = found ? static_cast<const char*>(newline) + 1 - out : size;
    line_bytes += part;
    carry_.Append(out + part, size - part);
  }
  buffer->Resize(keep);
  const uint64_t line_start = line_start_;
  Buffer rest;
  rest.Swap(carry_);
  Give(buffer, keep, block);
  carry_.Swap(rest);
  block->oversized = true;
  block->line_bytes = line_bytes;
  line_start_ = line_start + line_bytes;
  return true;
}

}  // namespace varve
