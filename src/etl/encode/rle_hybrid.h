// The Parquet RLE / bit-packed hybrid: dictionary indices, repetition and definition levels.
//
// Runs are chosen so that no other choice at a group border is smaller: a repeat becomes an RLE run
// when that saves bytes over staying bit-packed (8 values from width 4 on, 32 at width 1), all else
// goes into bit-packed runs as long as they get. Output has no length prefix and no width byte; the
// page encoder writes those. Every SIMD level gives the same bytes.
// Spec: Encodings.md of apache/parquet-format. Thread-safety: none beyond that of the Buffer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/buffer.h"
#include "base/cpu.h"
#include "base/result.h"

namespace varve {

// Bits needed for values 0..max_value; 0 when max_value is 0.
constexpr int BitWidthFor(uint32_t max_value) {
  return max_value == 0 ? 0 : 32 - __builtin_clz(max_value);
}

// Appends `count` values, each below 2^bit_width. bit_width: 0..16. A repeat becomes an RLE run
// from `patience` times the length on at which that saves a byte.
void AppendRleHybrid(const uint16_t* values, size_t count, int bit_width, uint32_t patience,
                     Buffer* out, SimdLevel level = ActiveSimdLevel());
// The same for bit_width 0..32.
void AppendRleHybrid(const uint32_t* values, size_t count, int bit_width, uint32_t patience,
                     Buffer* out, SimdLevel level = ActiveSimdLevel());

// Builds an encoded stream from runs: the cost is per run, not per value.
class LevelRunEncoder {
 public:
  static constexpr int kMaxBitWidth = 8;

  // bit_width 0..kMaxBitWidth. Appends to *out, to which nobody else may append before Finish().
  LevelRunEncoder(int bit_width, Buffer* out);

  // `count` more values of `level` (below 2^bit_width). Equal neighbours are joined.
  void Add(uint32_t level, uint64_t count) {
    if (level == run_level_) {
      run_count_ += count;
      return;
    }
    if (count == 0) return;
    FlushRun();
    run_level_ = level;
    run_count_ = count;
  }

  // Completes the stream. The encoder is then empty and may be used for another stream.
  void Finish();

 private:
  void FlushRun();
  void AddLiterals(uint64_t count);
  void EmitGroup();
  void CloseLiteralRun();
  void EmitRleRun(uint64_t count);

  Buffer* out_;
  unsigned bit_width_;
  uint64_t minimum_rle_count_;
  uint64_t repeat_pattern_;  // level * repeat_pattern_ is a whole group of that level
  uint32_t run_level_ = 0;
  uint64_t run_count_ = 0;
  uint64_t group_bits_ = 0;    // the open group of the literal run
  unsigned group_values_ = 0;  // 0..7
  uint64_t literal_groups_ = 0;
  size_t literal_header_ = 0;  // offset in *out_ of the one byte kept for the run's header
  bool literal_open_ = false;
};

// Decodes exactly `count` values into `out`; gives the number of bytes read. kCorrupt when the
// input ends early or a run holds a value of more than bit_width (0..32) bits.
Result<size_t> DecodeRleHybrid(std::span<const uint8_t> in, int bit_width, size_t count,
                               uint32_t* out);

}  // namespace varve
