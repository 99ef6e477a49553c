// BlockCutter: cuts a stream, or one byte range of a file, into blocks of whole lines.
//
// Every block but the last is as full as whole lines allow, so where blocks end depends on the
// bytes only, never on how they arrived.
// Thread-safety: one thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/buffer.h"
#include "etl/source/byte_stream.h"
#include "etl/source/source.h"

namespace varve {

inline constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";  // of UTF-8

class BlockCutter {
 public:
  struct Range {
    uint64_t begin = 0;
    uint64_t end = UINT64_MAX;
  };

  // Gives the lines whose first byte is in `range` of the file. `stream` must outlive the cutter
  // and start at StreamOffset(range). Blocks are about `block_bytes`, more only for a longer line.
  BlockCutter(ByteStream* stream, uint32_t file, Range range, size_t block_bytes,
              uint64_t line_bytes_max);

  // One byte before the range, to see whether a line starts at its begin.
  static uint64_t StreamOffset(Range range) { return range.begin == 0 ? 0 : range.begin - 1; }

  // Fills `*buffer` (reused; grown as needed) with the next block, which points into it. False at
  // the end of the range.
  Result<bool> Next(Buffer* buffer, Block* block);

 private:
  Result<size_t> Fill(Buffer* buffer, size_t size);
  Status SkipByteOrderMark(Buffer* buffer);
  Status SkipToFirstLine(Buffer* buffer);
  Result<bool> Oversized(Buffer* buffer, Block* block);
  size_t CutPoint(const Buffer& buffer, size_t scanned) const;
  bool Give(Buffer* buffer, size_t cut, Block* block);

  ByteStream* stream_;
  const uint32_t file_;
  const Range range_;
  const uint64_t block_bytes_;
  const uint64_t line_bytes_max_;
  Buffer carry_;         // bytes read beyond the last block
  uint64_t line_start_;  // file offset of the first byte not yet given
  bool started_ = false;
  bool stream_ended_ = false;
};

}  // namespace varve
