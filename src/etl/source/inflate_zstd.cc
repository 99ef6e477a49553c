#include "etl/source/inflate_zstd.h"

#include <zstd.h>
#include <zstd_errors.h>

#include <string>

namespace varve {
namespace {

constexpr size_t kZstdInputBytes = 128 << 10;
constexpr int kWindowLogMax = 27;

}  // namespace

void ZstdInflater::Free::operator()(ZSTD_DCtx_s* context) const { ZSTD_freeDCtx(context); }

ZstdInflater::ZstdInflater(ByteStream* stored) : stored_(stored), context_(ZSTD_createDCtx()) {
  input_.Resize(kZstdInputBytes);
  ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax, kWindowLogMax);
}

ZstdInflater::~ZstdInflater() = default;

uint64_t ZstdInflater::stored_offset() const {
  return stored_->stored_offset() - (input_size_ - input_offset_);
}

Error ZstdInflater::Describe(size_t zstd_code) {
  switch (ZSTD_getErrorCode(zstd_code)) {
    case ZSTD_error_frameParameter_windowTooLarge:
      return Fail("decompression_limit", Code::kLimit,
                  "the zstd frame wants a window beyond 128 MiB; recompress without --long");
    case ZSTD_error_dictionary_wrong:
      return Fail("corrupt_zstd", Code::kCorrupt,
                  "the zstd frame needs a dictionary; recompress without one");
    default:
      return Fail("corrupt_zstd", Code::kCorrupt,
                  std::string("invalid zstd data: ") + ZSTD_getErrorName(zstd_code));
  }
}

Result<size_t> ZstdInflater::Read(std::span<char> out) {
  ZSTD_outBuffer output{out.data(), out.size(), 0};
  while (output.pos == 0) {
    bool more = true;
    if (input_offset_ == input_size_) {
      auto size = stored_->Read({reinterpret_cast<char*>(input_.data()), kZstdInputBytes});
      if (!size.ok()) return FailFrom(*stored_, std::move(size).error());
      input_size_ = *size;
      input_offset_ = 0;
      more = *size > 0;
      if (!more && !in_frame_) return size_t{0};
    }
    // Called once more without input too: zstd may still hold inflated bytes.
    ZSTD_inBuffer input{input_.data(), input_size_, input_offset_};
    const size_t code = ZSTD_decompressStream(context_.get(), &output, &input);
    input_offset_ = input.pos;
    if (ZSTD_isError(code)) return Describe(code);
    in_frame_ = code != 0;
    if (!more && in_frame_ && output.pos == 0) {
      return Fail("truncated_zstd", Code::kCorrupt, "the zstd stream ends in the middle");
    }
  }
  return output.pos;
}

}  // namespace varve
