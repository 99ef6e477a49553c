// The row kernel for AVX-512 (32-byte vectors with mask registers).
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

VARVE_TARGET_BEGIN("avx2,bmi,bmi2,lzcnt,popcnt,avx512f,avx512bw,avx512vl,avx512dq")

namespace varve {
namespace {

inline __m256i Load32(const uint8_t* p) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
}

inline bool PrefixEqual32(const uint8_t* a, const uint8_t* b, uint32_t length) {
  const __mmask32 wanted = _bzhi_u32(~0u, length);
  return _mm256_mask_cmpneq_epi8_mask(wanted, Load32(a), Load32(b)) == 0;
}

inline uint32_t Matches32(const uint8_t* p, char c) {
  return _mm256_cmpeq_epi8_mask(Load32(p), _mm256_set1_epi8(c));
}

inline uint32_t Controls32(const uint8_t* p) {
  return _mm256_cmplt_epu8_mask(Load32(p), _mm256_set1_epi8(0x20));
}

inline uint32_t StringSpecials32(const uint8_t* p) {
  const __m256i v = Load32(p);
  return _mm256_cmpeq_epi8_mask(v, _mm256_set1_epi8(0x22)) |
         _mm256_cmpeq_epi8_mask(v, _mm256_set1_epi8(0x5C)) |
         _mm256_cmplt_epu8_mask(v, _mm256_set1_epi8(0x20));
}

inline uint32_t NumberEnds32(const uint8_t* p) {
  const __m256i v = Load32(p);
  const __m256i folded = _mm256_or_si256(v, _mm256_set1_epi8(0x20));
  return _mm256_cmple_epu8_mask(v, _mm256_set1_epi8(0x20)) |
         _mm256_cmpeq_epi8_mask(v, _mm256_set1_epi8(0x2C)) |
         _mm256_cmpeq_epi8_mask(folded, _mm256_set1_epi8(0x7D));
}

inline void Copy32(uint8_t* to, const uint8_t* from) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), Load32(from));
}

#include "etl/parse/row_kernel.inl.h"

}  // namespace

const uint8_t* ParseRowAvx512(RowState* state, const uint8_t* p) { return ParseRow(*state, p); }

}  // namespace varve

VARVE_TARGET_END
