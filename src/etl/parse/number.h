// JSON numbers, exactly: which kind of number a token is, and its value.
//
// Grammar: RFC 8259 section 6. Doubles: the nearest, by Clinger's fast path where mantissa and
// power of ten are exact, else by the fast_float library (Eisel-Lemire). Pure functions.
#pragma once

#include <cstdint>
#include <string_view>

#include "etl/parse/parse_error.h"
#include "etl/schema/facts.h"

namespace varve {

struct Number {
  ParseCode code = ParseCode::kOk;  // kOk, kBadNumber or kNumberOverflow
  Facts facts = 0;                  // of kFactNumbers
  bool rounded = false;             // kFactFraction: the double does not hold all the digits
  int64_t int64 = 0;                // kFactInt
  uint64_t uint64 = 0;              // kFactU64
  double real = 0;                  // kFactFraction; and every integer kind, nearest
};

// `token` must be followed by at least 16 readable bytes.
Number ParseNumber(std::string_view token);

// The value as an unscaled integer of a decimal with `scale` digits after the point; false when it
// has more digits than that or than `precision` before and after it, or is no JSON number.
bool ParseDecimal(std::string_view token, int precision, int scale, __int128* unscaled);

// Big-endian two's complement in `width` bytes (at most 16), as FIXED_LEN_BYTE_ARRAY decimals.
void StoreDecimal(__int128 unscaled, uint32_t width, uint8_t* out);

}  // namespace varve
