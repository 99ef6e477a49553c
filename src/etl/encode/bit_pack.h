// Bit packing as Parquet lays it out: value i occupies bits [i*width, (i+1)*width), least
// significant bit first, in groups of 8 values (so a group is `bit_width` whole bytes).
//
// Spec: "RLE / Bit-Packing Hybrid" in Encodings.md of apache/parquet-format. Every SIMD level gives
// the same bytes. Thread-safety: pure functions.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/cpu.h"

namespace varve {

// A packing kernel may write this many bytes beyond its result.
inline constexpr size_t kBitPackSlackBytes = 16;

// Packs `groups` * 8 values, each below 2^bit_width, into groups * bit_width bytes at `out`.
// `out` must have room for kBitPackSlackBytes more. bit_width: 1..16, or 1..32 for 32-bit values.
void BitPack(const uint16_t* values, size_t groups, int bit_width, uint8_t* out, SimdLevel level);
void BitPack(const uint32_t* values, size_t groups, int bit_width, uint8_t* out, SimdLevel level);

// Reads `count` values of bit_width (0..32) bits from exactly ceil(count * bit_width / 8) bytes.
void BitUnpack(const uint8_t* in, size_t count, int bit_width, uint32_t* out);

// Index of the first group of 8 whose values are all equal; `groups` when there is none.
size_t FindUniformGroup(const uint16_t* values, size_t groups, SimdLevel level);
size_t FindUniformGroup(const uint32_t* values, size_t groups, SimdLevel level);

// How many of the first `count` (>= 1) values equal values[0] without a break.
size_t RunLength(const uint16_t* values, size_t count, SimdLevel level);
size_t RunLength(const uint32_t* values, size_t count, SimdLevel level);

}  // namespace varve
