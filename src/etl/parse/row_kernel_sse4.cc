// The row kernel for SSE4.2.
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

VARVE_TARGET_BEGIN("sse4.2,popcnt")

namespace varve {
namespace {

inline uint32_t Mask32(__m128i low, __m128i high) {
  return static_cast<uint32_t>(_mm_movemask_epi8(low)) |
         static_cast<uint32_t>(_mm_movemask_epi8(high)) << 16;
}

inline __m128i Load16(const uint8_t* p) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
}

inline bool PrefixEqual32(const uint8_t* a, const uint8_t* b, uint32_t length) {
  const uint32_t equal =
      Mask32(_mm_cmpeq_epi8(Load16(a), Load16(b)), _mm_cmpeq_epi8(Load16(a + 16), Load16(b + 16)));
  return static_cast<uint32_t>(~equal << (32 - length)) == 0;
}

inline uint32_t Matches32(const uint8_t* p, char c) {
  const __m128i wanted = _mm_set1_epi8(c);
  return Mask32(_mm_cmpeq_epi8(Load16(p), wanted), _mm_cmpeq_epi8(Load16(p + 16), wanted));
}

inline __m128i Controls16(__m128i v) {
  return _mm_cmpeq_epi8(_mm_min_epu8(v, _mm_set1_epi8(0x1F)), v);
}

inline uint32_t Controls32(const uint8_t* p) {
  return Mask32(Controls16(Load16(p)), Controls16(Load16(p + 16)));
}

inline __m128i StringSpecials16(__m128i v) {
  const __m128i quote = _mm_cmpeq_epi8(v, _mm_set1_epi8(0x22));
  const __m128i backslash = _mm_cmpeq_epi8(v, _mm_set1_epi8(0x5C));
  const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(v, _mm_set1_epi8(0x1F)), v);
  return _mm_or_si128(_mm_or_si128(quote, backslash), control);
}

inline uint32_t StringSpecials32(const uint8_t* p) {
  return Mask32(StringSpecials16(Load16(p)), StringSpecials16(Load16(p + 16)));
}

inline __m128i NumberEnds16(__m128i v) {
  const __m128i space = _mm_cmpeq_epi8(_mm_min_epu8(v, _mm_set1_epi8(0x20)), v);
  const __m128i comma = _mm_cmpeq_epi8(v, _mm_set1_epi8(0x2C));
  const __m128i bracket = _mm_cmpeq_epi8(_mm_or_si128(v, _mm_set1_epi8(0x20)), _mm_set1_epi8(0x7D));
  return _mm_or_si128(_mm_or_si128(space, comma), bracket);
}

inline uint32_t NumberEnds32(const uint8_t* p) {
  return Mask32(NumberEnds16(Load16(p)), NumberEnds16(Load16(p + 16)));
}

inline void Copy32(uint8_t* to, const uint8_t* from) {
  const __m128i low = Load16(from);
  const __m128i high = Load16(from + 16);
  _mm_storeu_si128(reinterpret_cast<__m128i*>(to), low);
  _mm_storeu_si128(reinterpret_cast<__m128i*>(to + 16), high);
}

#include "etl/parse/row_kernel.inl.h"

}  // namespace

const uint8_t* ParseRowSse4(RowState* state, const uint8_t* p) { return ParseRow(*state, p); }

}  // namespace varve

VARVE_TARGET_END
