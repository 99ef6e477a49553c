#include "etl/source/inflate_gzip.h"

#include <isa-l/igzip_lib.h>

#include <algorithm>
#include <string>

namespace varve {
namespace {

constexpr size_t kGzipInputBytes = 64 << 10;
constexpr uint8_t kMagicFirst = 0x1f;

std::string Describe(int isal_code) {
  switch (isal_code) {
    case ISAL_INVALID_WRAPPER: return "invalid gzip header";
    case ISAL_UNSUPPORTED_METHOD: return "unknown gzip compression method";
    case ISAL_INCORRECT_CHECKSUM: return "gzip checksum or length does not match the data";
    case ISAL_INVALID_BLOCK: return "invalid deflate block";
    case ISAL_INVALID_SYMBOL: return "invalid deflate symbol";
    case ISAL_INVALID_LOOKBACK: return "invalid deflate distance";
    default: return "invalid gzip data";
  }
}

}  // namespace

GzipInflater::GzipInflater(ByteStream* stored)
    : stored_(stored),
      state_(std::make_unique<inflate_state>()),
      header_(std::make_unique<isal_gzip_header>()) {
  input_.Resize(kGzipInputBytes);
  isal_inflate_init(state_.get());
}

GzipInflater::~GzipInflater() = default;

uint64_t GzipInflater::stored_offset() const { return stored_->stored_offset() - state_->avail_in; }

Result<bool> GzipInflater::Fill() {
  if (state_->avail_in > 0) return true;
  auto size = stored_->Read({reinterpret_cast<char*>(input_.data()), kGzipInputBytes});
  if (!size.ok()) return FailFrom(*stored_, std::move(size).error());
  state_->next_in = input_.data();
  state_->avail_in = static_cast<uint32_t>(*size);
  return *size > 0;
}

Result<bool> GzipInflater::NextMember() {
  VARVE_ASSIGN_OR_RETURN(const bool more, Fill());
  if (!more) return false;
  if (members_ > 0 && *state_->next_in == 0) {
    stage_ = Stage::kPadding;
    VARVE_RETURN_IF_ERROR(SkipPadding());
    return false;
  }
  if (members_ > 0 && *state_->next_in != kMagicFirst) {
    return Fail("corrupt_gzip", Code::kCorrupt, "bytes that are not gzip follow the last member");
  }
  uint8_t* next_in = state_->next_in;
  const uint32_t avail_in = state_->avail_in;
  isal_inflate_reset(state_.get());
  state_->crc_flag = ISAL_GZIP_NO_HDR_VER;
  state_->next_in = next_in;
  state_->avail_in = avail_in;
  *header_ = isal_gzip_header();
  stage_ = Stage::kInHeader;
  ++members_;
  return true;
}

// isal_inflate() would read the header, too, but forgets its flags when the input ends within it.
Result<bool> GzipInflater::ReadHeader() {
  for (;;) {
    VARVE_ASSIGN_OR_RETURN(const bool more, Fill());
    if (!more) return false;
    const int code = isal_read_gzip_header(state_.get(), header_.get());
    if (code == ISAL_DECOMP_OK) break;
    if (code != ISAL_END_INPUT) return Fail("corrupt_gzip", Code::kCorrupt, Describe(code));
  }
  stage_ = Stage::kInMember;
  return true;
}

Status GzipInflater::SkipPadding() {
  for (;;) {
    VARVE_ASSIGN_OR_RETURN(const bool more, Fill());
    if (!more) return Ok{};
    const uint8_t* end = state_->next_in + state_->avail_in;
    const uint8_t* other = std::find_if(state_->next_in, state_->next_in + state_->avail_in,
                                        [](uint8_t byte) { return byte != 0; });
    state_->avail_in = static_cast<uint32_t>(end - other);
    state_->next_in += other - state_->next_in;
    if (other != end) {
      return Fail("corrupt_gzip", Code::kCorrupt,
                  "bytes that are not gzip follow the padding after the last member");
    }
  }
}

Error GzipInflater::Truncated() {
  return Fail("truncated_gzip", Code::kCorrupt, "the gzip stream ends in the middle");
}

Result<size_t> GzipInflater::Read(std::span<char> out) {
  // One call inflates at most 1 GiB: ISA-L counts in 32 bits.
  const auto size = static_cast<uint32_t>(std::min<size_t>(out.size(), 1u << 30));
  state_->next_out = reinterpret_cast<uint8_t*>(out.data());
  state_->avail_out = size;
  while (state_->avail_out == size) {
    if (stage_ == Stage::kPadding) return size_t{0};
    if (stage_ == Stage::kBetweenMembers) {
      VARVE_ASSIGN_OR_RETURN(const bool more, NextMember());
      if (!more) return size_t{0};
    }
    if (stage_ == Stage::kInHeader) {
      VARVE_ASSIGN_OR_RETURN(const bool more, ReadHeader());
      if (!more) return Truncated();
    }
    VARVE_ASSIGN_OR_RETURN(const bool more, Fill());
    const uint32_t available = state_->avail_in;
    const int code = isal_inflate(state_.get());
    if (code != ISAL_DECOMP_OK && code != ISAL_END_INPUT) {
      // ISA-L may count down below zero before it gives up; stored_offset() must stay sensible.
      state_->avail_in = std::min(state_->avail_in, available);
      return Fail("corrupt_gzip", Code::kCorrupt, Describe(code));
    }
    if (state_->block_state == ISAL_BLOCK_FINISH) {
      stage_ = Stage::kBetweenMembers;
    } else if (!more && state_->avail_out == size) {
      return Truncated();
    }
  }
  return static_cast<size_t>(size - state_->avail_out);
}

}  // namespace varve
