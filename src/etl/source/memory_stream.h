// MemoryStream: a ByteStream over bytes held by someone else (samples, tests, fuzzers).
#pragma once

#include <algorithm>
#include <cstring>
#include <string_view>

#include "etl/source/byte_stream.h"

namespace varve {

class MemoryStream : public ByteStream {
 public:
  // `bytes` must outlive the stream. At most `read_bytes_max` are given at a time.
  explicit MemoryStream(std::string_view bytes, size_t read_bytes_max = SIZE_MAX)
      : bytes_(bytes), read_bytes_max_(read_bytes_max) {}

  Result<size_t> Read(std::span<char> out) override {
    const size_t size = std::min({out.size(), bytes_.size() - offset_, read_bytes_max_});
    std::memcpy(out.data(), bytes_.data() + offset_, size);
    offset_ += size;
    return size;
  }
  uint64_t stored_offset() const override { return offset_; }

 private:
  std::string_view bytes_;
  size_t read_bytes_max_;
  size_t offset_ = 0;
};

}  // namespace varve
