// The row kernel for any CPU.
#include <cstring>
#include <string>
#include <string_view>

#include "etl/parse/iso8601.h"
#include "etl/parse/map_key.h"
#include "etl/parse/number.h"
#include "etl/parse/row_state.h"
#include "etl/parse/schema_change.h"
#include "etl/parse/skip_value.h"
#include "etl/parse/string_token.h"

namespace varve {
namespace {

inline bool PrefixEqual32(const uint8_t* a, const uint8_t* b, uint32_t length) {
  return std::memcmp(a, b, length) == 0;
}

template <typename Test>
inline uint32_t MaskOf(const uint8_t* p, Test test) {
  uint32_t mask = 0;
  for (int i = 0; i < 32; ++i) mask |= static_cast<uint32_t>(test(p[i])) << i;
  return mask;
}

inline uint32_t Matches32(const uint8_t* p, char wanted) {
  return MaskOf(p, [wanted](uint8_t c) { return c == static_cast<uint8_t>(wanted); });
}

inline uint32_t Controls32(const uint8_t* p) {
  return MaskOf(p, [](uint8_t c) { return c < 0x20; });
}

inline uint32_t StringSpecials32(const uint8_t* p) {
  return MaskOf(p, [](uint8_t c) { return c == 0x22 || c == 0x5C || c < 0x20; });
}

inline uint32_t NumberEnds32(const uint8_t* p) {
  return MaskOf(p, [](uint8_t c) { return c <= 0x20 || c == 0x2C || (c | 0x20) == 0x7D; });
}

inline void Copy32(uint8_t* to, const uint8_t* from) { std::memcpy(to, from, 32); }

#include "etl/parse/row_kernel.inl.h"

}  // namespace

const uint8_t* ParseRowScalar(RowState* state, const uint8_t* p) { return ParseRow(*state, p); }

}  // namespace varve
