// ZstdInflater: inflates a zstd stream (RFC 8878) of any number of frames, skippable ones too.
//
// Checksums are checked where frames have them. A frame that wants a window beyond 128 MiB is
// refused, to bound memory. Failures: "corrupt_zstd", "truncated_zstd", "decompression_limit", or
// what the stream below gives.
#pragma once

#include <memory>

#include "base/buffer.h"
#include "etl/source/byte_stream.h"

struct ZSTD_DCtx_s;

namespace varve {

class ZstdInflater : public ByteStream {
 public:
  // `stored` must outlive the inflater.
  explicit ZstdInflater(ByteStream* stored);
  ~ZstdInflater() override;

  Result<size_t> Read(std::span<char> out) override;
  uint64_t stored_offset() const override;

 private:
  Error Describe(size_t zstd_code);

  struct Free {
    void operator()(ZSTD_DCtx_s* context) const;
  };
  ByteStream* stored_;
  std::unique_ptr<ZSTD_DCtx_s, Free> context_;
  Buffer input_;
  size_t input_size_ = 0;
  size_t input_offset_ = 0;
  bool in_frame_ = false;
};

}  // namespace varve
