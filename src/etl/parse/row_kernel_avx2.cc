// The row kernel for AVX2.
#include <immintrin.h>

#include <cstring>
#include <string>
#include <string_view>

#include "etl/parse/iso8601.h"
#include "etl/parse/map_key.h"
#include "etl/parse/number.h"
#include "etl/parse/row_state.h"
#include "etl/parse/schema_change.h"
#include "etl/parse/simd_target.h"
#include "etl/parse/skip_value.h"
#include "etl/parse/string_token.h"

VARVE_TARGET_BEGIN("avx2,bmi,bmi2,lzcnt,popcnt")

namespace varve {
namespace {

inline __m256i Load32(const uint8_t* p) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
}

inline uint32_t Mask32(__m256i v) { return static_cast<uint32_t>(_mm256_movemask_epi8(v)); }

inline bool PrefixEqual32(const uint8_t* a, const uint8_t* b, uint32_t length) {
  const uint32_t equal = Mask32(_mm256_cmpeq_epi8(Load32(a), Load32(b)));
  return static_cast<uint32_t>(~equal << (32 - length)) == 0;
}

inline uint32_t Matches32(const uint8_t* p, char c) {
  return Mask32(_mm256_cmpeq_epi8(Load32(p), _mm256_set1_epi8(c)));
}

inline uint32_t Controls32(const uint8_t* p) {
  const __m256i v = Load32(p);
  return Mask32(_mm256_cmpeq_epi8(_mm256_min_epu8(v, _mm256_set1_epi8(0x1F)), v));
}

inline uint32_t StringSpecials32(const uint8_t* p) {
  const __m256i v = Load32(p);
  const __m256i quote = _mm256_cmpeq_epi8(v, _mm256_set1_epi8(0x22));
  const __m256i backslash = _mm256_cmpeq_epi8(v, _mm256_set1_epi8(0x5C));
  const __m256i control = _mm256_cmpeq_epi8(_mm256_min_epu8(v, _mm256_set1_epi8(0x1F)), v);
  return Mask32(_mm256_or_si256(_mm256_or_si256(quote, backslash), control));
}

inline uint32_t NumberEnds32(const uint8_t* p) {
  const __m256i v = Load32(p);
  const __m256i space = _mm256_cmpeq_epi8(_mm256_min_epu8(v, _mm256_set1_epi8(0x20)), v);
  const __m256i comma = _mm256_cmpeq_epi8(v, _mm256_set1_epi8(0x2C));
  const __m256i bracket =
      _mm256_cmpeq_epi8(_mm256_or_si256(v, _mm256_set1_epi8(0x20)), _mm256_set1_epi8(0x7D));
  return Mask32(_mm256_or_si256(_mm256_or_si256(space, comma), bracket));
}

inline void Copy32(uint8_t* to, const uint8_t* from) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), Load32(from));
}

#include "etl/parse/row_kernel.inl.h"

}  // namespace

const uint8_t* ParseRowAvx2(RowState* state, const uint8_t* p) { return ParseRow(*state, p); }

}  // namespace varve

VARVE_TARGET_END
