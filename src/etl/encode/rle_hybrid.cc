#include "etl/encode/rle_hybrid.h"

#include <algorithm>
#include <cstring>

#include "etl/encode/bit_pack.h"

namespace varve {
namespace {

// A run header is a 32-bit varint with one bit for the kind of run.
constexpr uint64_t kMaxRleCount = uint64_t{1} << 30;
constexpr size_t kMaxLiteralGroups = size_t{1} << 27;
constexpr size_t kMaxVarintBytes = 5;

size_t WriteVarint(uint64_t value, uint8_t* out) {
  size_t size = 0;
  while (value >= 0x80) {
    out[size++] = static_cast<uint8_t>(value | 0x80);
    value >>= 7;
  }
  out[size++] = static_cast<uint8_t>(value);
  return size;
}

void AppendVarint(uint64_t value, Buffer* out) {
  out->Advance(WriteVarint(value, out->Reserve(kMaxVarintBytes)));
}

// An RLE run costs its header, its value, and the header of the bit-packed run after it.
uint64_t MinimumRleCount(int bit_width) {
  if (bit_width == 0) return 1;
  const int cost_bytes = 2 + (bit_width + 7) / 8;
  return 8 * static_cast<uint64_t>(cost_bytes / bit_width + 1);
}

void AppendRleRun(uint32_t value, uint64_t count, int bit_width, Buffer* out) {
  while (count > 0) {
    const uint64_t part = std::min(count, kMaxRleCount);
    AppendVarint(part << 1, out);
    out->Append(&value, static_cast<size_t>((bit_width + 7) / 8));
    count -= part;
  }
}

// Appends values as bit-packed runs; only the last group of a stream may be partial.
template <typename T>
void AppendLiterals(const T* values, size_t count, int bit_width, Buffer* out, SimdLevel level) {
  const size_t width = static_cast<size_t>(bit_width);
  while (count > 0) {
    const size_t groups = std::min((count + 7) / 8, kMaxLiteralGroups);
    const size_t full = std::min(count / 8, groups);
    AppendVarint(groups << 1 | 1, out);
    uint8_t* to = out->Reserve(groups * width + kBitPackSlackBytes);
    BitPack(values, full, bit_width, to, level);
    if (full < groups) {
      T last[8] = {};
      std::memcpy(last, values + full * 8, (count - full * 8) * sizeof(T));
      BitPack(last, 1, bit_width, to + full * width, level);
    }
    out->Advance(groups * width);
    const size_t done = std::min(count, groups * 8);
    values += done;
    count -= done;
  }
}

template <typename T>
void AppendHybrid(const T* values, size_t count, int bit_width, uint32_t patience, Buffer* out,
                  SimdLevel level) {
  const uint64_t minimum = patience * MinimumRleCount(bit_width);
  size_t literals_from = 0;
  size_t at = 0;
  while (count - at >= 8) {
    const size_t groups = (count - at) / 8;
    const size_t skip = FindUniformGroup(values + at, groups, level);
    at += skip * 8;
    if (skip == groups) break;
    const size_t run = RunLength(values + at, count - at, level);
    if (run < minimum) {
      at += run / 8 * 8;
      continue;
    }
    AppendLiterals(values + literals_from, at - literals_from, bit_width, out, level);
    AppendRleRun(values[at], run, bit_width, out);
    at += run;
    literals_from = at;
  }
  const size_t rest = count - literals_from;
  // A short rest of equal values is no larger as an RLE run than as a padded group.
  if (rest > 0 && rest < 8 && RunLength(values + literals_from, rest, level) == rest) {
    return AppendRleRun(values[literals_from], rest, bit_width, out);
  }
  AppendLiterals(values + literals_from, rest, bit_width, out, level);
}

Error Corrupt(const char* what, size_t offset) {
  return Error{Code::kCorrupt,
               "RLE/bit-packed data: " + std::string(what) + " at byte " + std::to_string(offset)};
}

}  // namespace

void AppendRleHybrid(const uint16_t* values, size_t count, int bit_width, uint32_t patience,
                     Buffer* out, SimdLevel level) {
  if (bit_width == 0) return AppendRleRun(0, count, 0, out);
  AppendHybrid(values, count, bit_width, patience, out, level);
}

void AppendRleHybrid(const uint32_t* values, size_t count, int bit_width, uint32_t patience,
                     Buffer* out, SimdLevel level) {
  if (bit_width == 0) return AppendRleRun(0, count, 0, out);
  AppendHybrid(values, count, bit_width, patience, out, level);
}

LevelRunEncoder::LevelRunEncoder(int bit_width, Buffer* out)
    : out_(out),
      bit_width_(static_cast<unsigned>(bit_width)),
      minimum_rle_count_(MinimumRleCount(bit_width)),
      repeat_pattern_(0) {
  for (unsigned i = 0; i < 8; ++i) repeat_pattern_ |= uint64_t{1} << (i * bit_width_);
}

void LevelRunEncoder::FlushRun() {
  uint64_t count = run_count_;
  run_count_ = 0;
  if (group_values_ != 0) {
    const uint64_t fill = std::min<uint64_t>(count, 8 - group_values_);
    AddLiterals(fill);
    count -= fill;
  }
  if (count == 0) return;
  if (count >= minimum_rle_count_) {
    CloseLiteralRun();
    EmitRleRun(count);
    return;
  }
  while (count > 0) {
    const uint64_t part = std::min<uint64_t>(count, 8);
    AddLiterals(part);
    count -= part;
  }
}

// `count` values of run_level_, which must fit the open group.
void LevelRunEncoder::AddLiterals(uint64_t count) {
  uint64_t bits = run_level_ * repeat_pattern_;
  if (count < 8) bits &= (uint64_t{1} << (count * bit_width_)) - 1;
  group_bits_ |= bits << (group_values_ * bit_width_);
  group_values_ += static_cast<unsigned>(count);
  if (group_values_ == 8) EmitGroup();
}

void LevelRunEncoder::EmitGroup() {
  if (!literal_open_) {
    literal_open_ = true;
    literal_header_ = out_->size();
    out_->AppendByte(0);
  }
  std::memcpy(out_->Reserve(8), &group_bits_, 8);
  out_->Advance(bit_width_);
  group_bits_ = 0;
  group_values_ = 0;
  if (++literal_groups_ == kMaxLiteralGroups) CloseLiteralRun();
}

void LevelRunEncoder::CloseLiteralRun() {
  if (!literal_open_) return;
  uint8_t header[kMaxVarintBytes];
  const size_t header_size = WriteVarint(literal_groups_ << 1 | 1, header);
  if (header_size > 1) {  // 64 groups and more: make room for the longer header
    const size_t body_size = out_->size() - literal_header_ - 1;
    out_->Resize(out_->size() + header_size - 1);
    uint8_t* body = out_->data() + literal_header_ + 1;
    std::memmove(body + header_size - 1, body, body_size);
  }
  std::memcpy(out_->data() + literal_header_, header, header_size);
  literal_groups_ = 0;
  literal_open_ = false;
}

void LevelRunEncoder::EmitRleRun(uint64_t count) {
  AppendRleRun(run_level_, count, static_cast<int>(bit_width_), out_);
}

void LevelRunEncoder::Finish() {
  if (!literal_open_ && group_values_ == 0) {
    EmitRleRun(run_count_);
    run_count_ = 0;
  } else {
    FlushRun();
    if (group_values_ != 0) EmitGroup();
    CloseLiteralRun();
  }
  run_level_ = 0;
}

Result<size_t> DecodeRleHybrid(std::span<const uint8_t> in, int bit_width, size_t count,
                               uint32_t* out) {
  const size_t value_bytes = static_cast<size_t>(bit_width + 7) / 8;
  size_t at = 0;
  while (count > 0) {
    const size_t run_at = at;
    uint64_t header = 0;
    for (unsigned shift = 0;; shift += 7) {
      if (at >= in.size()) return Corrupt("input ends in a run header", at);
      if (shift > 28) return Corrupt("run header too long", run_at);
      header |= uint64_t{in[at] & 0x7FU} << shift;
      if ((in[at++] & 0x80) == 0) break;
    }
    if ((header & 1) == 0) {
      if (in.size() - at < value_bytes) return Corrupt("input ends in a run value", at);
      uint32_t value = 0;
      std::memcpy(&value, in.data() + at, value_bytes);
      if (bit_width < 32 && value >> bit_width != 0) return Corrupt("run value too large", at);
      at += value_bytes;
      const size_t run = std::min<uint64_t>(count, header >> 1);
      std::fill_n(out, run, value);
      out += run;
      count -= run;
      continue;
    }
    const uint64_t groups = header >> 1;
    const size_t run = std::min<uint64_t>(count, groups * 8);
    const size_t width = static_cast<size_t>(bit_width);
    if (in.size() - at < (run * width + 7) / 8) return Corrupt("input ends in a run", at);
    BitUnpack(in.data() + at, run, bit_width, out);
    // Some writers cut the padding of the last group short.
    at += std::min<uint64_t>(groups * width, in.size() - at);
    out += run;
    count -= run;
  }
  return at;
}

}  // namespace varve
