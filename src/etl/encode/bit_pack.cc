#include "etl/encode/bit_pack.h"

#include <algorithm>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace varve {
namespace {

template <typename T>
void BitPackScalar(const T* values, size_t groups, int bit_width, uint8_t* out) {
  const unsigned width = static_cast<unsigned>(bit_width);
  for (size_t group = 0; group < groups; ++group, values += 8) {
    uint64_t bits = 0;
    unsigned used = 0;
    for (int i = 0; i < 8; ++i) {
      bits |= uint64_t{values[i]} << used;
      used += width;
      while (used >= 8) {
        *out++ = static_cast<uint8_t>(bits);
        bits >>= 8;
        used -= 8;
      }
    }
  }
}

template <typename T>
bool IsUniform(const T* values) {
  T different = 0;
  for (int i = 1; i < 8; ++i) different |= static_cast<T>(values[i] ^ values[0]);
  return different == 0;
}

template <typename T>
size_t FindUniformGroupScalar(const T* values, size_t groups) {
  for (size_t group = 0; group < groups; ++group) {
    if (IsUniform(values + group * 8)) return group;
  }
  return groups;
}

template <typename T>
size_t RunLengthScalar(const T* values, size_t begin, size_t count) {
  size_t end = begin;
  while (end < count && values[end] == values[0]) ++end;
  return end;
}

#if defined(__x86_64__)

// Writes 8 packed values given as two halves of 4 * width bits each.
inline void StoreHalves(uint64_t low, uint64_t high, unsigned half_bits, uint8_t* out) {
  const uint64_t first = low | (high << half_bits);
  const uint64_t second = high >> (64 - half_bits);  // 4 <= half_bits <= 60
  std::memcpy(out, &first, 8);
  std::memcpy(out + 8, &second, 8);
}

// Two steps fold 8 lanes of 16 bits into 2 lanes of 4 * width bits: neighbours by one
// multiply-add (a + b * 2^width), then pairs by shifts. No PEXT: it is microcoded on Zen 1 and 2.
template <bool kNarrow>  // width <= 8: a group fits 64 bits
void BitPack16Sse(const uint16_t* values, size_t groups, int bit_width, uint8_t* out) {
  const unsigned width = static_cast<unsigned>(bit_width);
  const __m128i weights = _mm_set1_epi32(static_cast<int>((1U << (16 + width)) | 1U));
  const __m128i low_mask = _mm_set1_epi64x(0xFFFFFFFF);
  const __m128i down = _mm_cvtsi32_si128(32);
  const __m128i up = _mm_cvtsi32_si128(static_cast<int>(2 * width));
  const unsigned half_bits = 4 * width;
  for (size_t group = 0; group < groups; ++group) {
    const __m128i lanes16 = _mm_loadu_si128(reinterpret_cast<const __m128i*>(values + group * 8));
    const __m128i lanes32 = _mm_madd_epi16(lanes16, weights);
    const __m128i high = _mm_sll_epi64(_mm_srl_epi64(lanes32, down), up);
    const __m128i lanes64 = _mm_or_si128(_mm_and_si128(lanes32, low_mask), high);
    const uint64_t low = static_cast<uint64_t>(_mm_cvtsi128_si64(lanes64));
    const uint64_t top =
        static_cast<uint64_t>(_mm_cvtsi128_si64(_mm_unpackhi_epi64(lanes64, lanes64)));
    if constexpr (kNarrow) {
      const uint64_t bits = low | (top << half_bits);
      std::memcpy(out, &bits, 8);
    } else {
      StoreHalves(low, top, half_bits, out);
    }
    out += width;
  }
}

// Width 15: 2^15 does not fit the signed multiplier, so neighbours are folded by shifts as well.
void BitPack15Sse(const uint16_t* values, size_t groups, uint8_t* out) {
  const __m128i low16_mask = _mm_set1_epi32(0xFFFF);
  const __m128i low32_mask = _mm_set1_epi64x(0xFFFFFFFF);
  for (size_t group = 0; group < groups; ++group, out += 15) {
    const __m128i lanes16 = _mm_loadu_si128(reinterpret_cast<const __m128i*>(values + group * 8));
    const __m128i lanes32 = _mm_or_si128(_mm_and_si128(lanes16, low16_mask),
                                         _mm_slli_epi32(_mm_srli_epi32(lanes16, 16), 15));
    const __m128i lanes64 = _mm_or_si128(_mm_and_si128(lanes32, low32_mask),
                                         _mm_slli_epi64(_mm_srli_epi64(lanes32, 32), 30));
    StoreHalves(static_cast<uint64_t>(_mm_cvtsi128_si64(lanes64)),
                static_cast<uint64_t>(_mm_cvtsi128_si64(_mm_unpackhi_epi64(lanes64, lanes64))), 60,
                out);
  }
}

// 32 values a step: the same folding on four 128-bit halves at once, then a third step joins the
// two 64-bit halves of each group by shifts over the lane border.
__attribute__((target("avx2"))) void BitPack16NarrowAvx2(const uint16_t* values, size_t groups,
                                                         int bit_width, uint8_t* out) {
  const unsigned width = static_cast<unsigned>(bit_width);
  const __m256i weights = _mm256_set1_epi32(static_cast<int>((1U << (16 + width)) | 1U));
  const __m256i low_mask = _mm256_set1_epi64x(0xFFFFFFFF);
  const __m128i up2 = _mm_cvtsi32_si128(static_cast<int>(2 * width));
  const __m128i up4 = _mm_cvtsi32_si128(static_cast<int>(4 * width));
  size_t group = 0;
  for (; group + 4 <= groups; group += 4) {
    const auto* in = reinterpret_cast<const __m256i*>(values + group * 8);
    const __m256i a32 = _mm256_madd_epi16(_mm256_loadu_si256(in), weights);
    const __m256i b32 = _mm256_madd_epi16(_mm256_loadu_si256(in + 1), weights);
    const __m256i a64 = _mm256_or_si256(_mm256_and_si256(a32, low_mask),
                                        _mm256_sll_epi64(_mm256_srli_epi64(a32, 32), up2));
    const __m256i b64 = _mm256_or_si256(_mm256_and_si256(b32, low_mask),
                                        _mm256_sll_epi64(_mm256_srli_epi64(b32, 32), up2));
    const __m256i low = _mm256_unpacklo_epi64(a64, b64);  // groups 0, 2 | 1, 3
    const __m256i high = _mm256_unpackhi_epi64(a64, b64);
    const __m256i packed = _mm256_or_si256(low, _mm256_sll_epi64(high, up4));
    alignas(32) uint64_t bits[4];
    _mm256_store_si256(reinterpret_cast<__m256i*>(bits), packed);
    std::memcpy(out, &bits[0], 8);
    std::memcpy(out + width, &bits[2], 8);
    std::memcpy(out + 2 * width, &bits[1], 8);
    std::memcpy(out + 3 * width, &bits[3], 8);
    out += 4 * width;
  }
  BitPack16Sse<true>(values + group * 8, groups - group, bit_width, out);
}

void BitPack16(const uint16_t* values, size_t groups, int bit_width, uint8_t* out,
               SimdLevel level) {
  if (bit_width == 16) {
    std::memcpy(out, values, groups * 16);
  } else if (bit_width == 15) {
    BitPack15Sse(values, groups, out);
  } else if (bit_width > 8) {
    BitPack16Sse<false>(values, groups, bit_width, out);
  } else if (level >= SimdLevel::kAvx2) {
    BitPack16NarrowAvx2(values, groups, bit_width, out);
  } else {
    BitPack16Sse<true>(values, groups, bit_width, out);
  }
}

inline __m128i Narrow(const uint32_t* values) {  // 8 values below 2^16
  // Shifting up and back down keeps the signed saturation of PACKSSDW from touching the values.
  const auto* in = reinterpret_cast<const __m128i*>(values);
  const __m128i low = _mm_srai_epi32(_mm_slli_epi32(_mm_loadu_si128(in), 16), 16);
  const __m128i high = _mm_srai_epi32(_mm_slli_epi32(_mm_loadu_si128(in + 1), 16), 16);
  return _mm_packs_epi32(low, high);
}

size_t FindUniformGroupSse(const uint16_t* values, size_t groups) {
  for (size_t group = 0; group < groups; ++group) {
    const __m128i lanes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(values + group * 8));
    const __m128i first =
        _mm_unpacklo_epi64(_mm_shufflelo_epi16(lanes, 0), _mm_shufflelo_epi16(lanes, 0));
    if (_mm_movemask_epi8(_mm_cmpeq_epi16(lanes, first)) == 0xFFFF) return group;
  }
  return groups;
}

__attribute__((target("avx2"))) size_t FindUniformGroupAvx2(const uint16_t* values, size_t groups) {
  const __m256i first_of_lane = _mm256_set1_epi16(0x0100);
  const __m256i all = _mm256_set1_epi8(-1);
  size_t group = 0;
  for (; group + 4 <= groups; group += 4) {
    const auto* in = reinterpret_cast<const __m256i*>(values + group * 8);
    const __m256i a = _mm256_loadu_si256(in);
    const __m256i b = _mm256_loadu_si256(in + 1);
    const __m256i same_a = _mm256_cmpeq_epi16(a, _mm256_shuffle_epi8(a, first_of_lane));
    const __m256i same_b = _mm256_cmpeq_epi16(b, _mm256_shuffle_epi8(b, first_of_lane));
    // A group is uniform when both its 64-bit halves are all ones.
    const __m256i halves_a = _mm256_cmpeq_epi64(same_a, all);
    const __m256i halves_b = _mm256_cmpeq_epi64(same_b, all);
    const unsigned mask = static_cast<unsigned>(_mm256_movemask_pd(_mm256_castsi256_pd(halves_a))) |
                          static_cast<unsigned>(_mm256_movemask_pd(_mm256_castsi256_pd(halves_b)))
                              << 4;
    const unsigned uniform = mask & (mask >> 1) & 0x55U;
    if (uniform != 0) return group + static_cast<size_t>(__builtin_ctz(uniform)) / 2;
  }
  return group + FindUniformGroupSse(values + group * 8, groups - group);
}

size_t RunLengthSse(const uint16_t* values, size_t count) {
  const __m128i first = _mm_set1_epi16(static_cast<int16_t>(values[0]));
  size_t at = 0;
  for (; at + 8 <= count; at += 8) {
    const __m128i lanes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(values + at));
    const unsigned equal = static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi16(lanes, first)));
    if (equal != 0xFFFF) return at + static_cast<size_t>(__builtin_ctz(~equal)) / 2;
  }
  return RunLengthScalar(values, at, count);
}

#endif  // __x86_64__

}  // namespace

void BitPack(const uint16_t* values, size_t groups, int bit_width, uint8_t* out, SimdLevel level) {
#if defined(__x86_64__)
  if (level != SimdLevel::kScalar) return BitPack16(values, groups, bit_width, out, level);
#endif
  (void)level;
  BitPackScalar(values, groups, bit_width, out);
}

void BitPack(const uint32_t* values, size_t groups, int bit_width, uint8_t* out, SimdLevel level) {
#if defined(__x86_64__)
  if (level != SimdLevel::kScalar && bit_width <= 16) {
    constexpr size_t kBlockGroups = 64;  // 1 KiB on the stack, in L1 when it is packed
    alignas(16) uint16_t narrow[kBlockGroups * 8];
    while (groups > 0) {
      const size_t block = std::min(groups, kBlockGroups);
      for (size_t i = 0; i < block; ++i) {
        _mm_store_si128(reinterpret_cast<__m128i*>(narrow + i * 8), Narrow(values + i * 8));
      }
      BitPack16(narrow, block, bit_width, out, level);
      values += block * 8;
      out += block * static_cast<size_t>(bit_width);
      groups -= block;
    }
    return;
  }
#endif
  (void)level;
  BitPackScalar(values, groups, bit_width, out);
}

void BitUnpack(const uint8_t* in, size_t count, int bit_width, uint32_t* out) {
  const unsigned width = static_cast<unsigned>(bit_width);
  const uint64_t mask = (uint64_t{1} << width) - 1;
  uint64_t bits = 0;
  unsigned available = 0;
  for (size_t i = 0; i < count; ++i) {
    while (available < width) {
      bits |= uint64_t{*in++} << available;
      available += 8;
    }
    out[i] = static_cast<uint32_t>(bits & mask);
    bits >>= width;
    available -= width;
  }
}

size_t FindUniformGroup(const uint16_t* values, size_t groups, SimdLevel level) {
#if defined(__x86_64__)
  if (level >= SimdLevel::kAvx2) return FindUniformGroupAvx2(values, groups);
  if (level != SimdLevel::kScalar) return FindUniformGroupSse(values, groups);
#endif
  (void)level;
  return FindUniformGroupScalar(values, groups);
}

size_t FindUniformGroup(const uint32_t* values, size_t groups, SimdLevel) {
  return FindUniformGroupScalar(values, groups);
}

size_t RunLength(const uint16_t* values, size_t count, SimdLevel level) {
#if defined(__x86_64__)
  if (level != SimdLevel::kScalar) return RunLengthSse(values, count);
#endif
  (void)level;
  return RunLengthScalar(values, 0, count);
}

size_t RunLength(const uint32_t* values, size_t count, SimdLevel) {
  return RunLengthScalar(values, 0, count);
}

}  // namespace varve
