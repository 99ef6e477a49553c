#include "etl/parse/number.h"

#include <fast_float/fast_float.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstring>
#include <string>

#include "etl/parse/load64.h"

namespace varve {
namespace {

constexpr int64_t kHugeExponent = 1'000'000'000;  // beyond any use
constexpr uint64_t kMaxExactInt = uint64_t{1} << 53;
constexpr std::array kPowersOfTen = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                     1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                     1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

constexpr std::array<uint64_t, 9> kShiftOfDigits = {
    1, 10, 100, 1'000, 10'000, 100'000, 1'000'000, 10'000'000, 100'000'000};

bool IsDigit(char c) { return static_cast<unsigned char>(c - '0') < 10; }

// The pieces of a token that follows the grammar.
struct Parts {
  bool valid = false;
  bool negative = false;
  bool fraction = false;  // has '.', 'e' or 'E'
  uint64_t mantissa = 0;  // digits before and after the point, modulo 2^64
  int digits = 0;         // digits in mantissa; beyond 15 without leading zeros
  int64_t exponent = 0;   // of ten, to be applied to mantissa
};

// How many of eight characters, the first in the lowest byte, are digits before one that is not.
int DigitsAhead(uint64_t eight) {
  constexpr uint64_t kHighNibbles = 0xF0F0F0F0F0F0F0F0u;
  constexpr uint64_t kZeros = 0x3030303030303030u;
  // Adding 6 takes what follows '9' to the next nibble; a carry touches only what comes after.
  const uint64_t others =
      ((eight ^ kZeros) | ((eight + 0x0606060606060606u) ^ kZeros)) & kHighNibbles;
  return others == 0 ? 8 : __builtin_ctzll(others) / 8;
}

// The number that eight digits spell, the first in the lowest byte: neighbours are joined thrice.
// Zero bytes count as zeros.
uint64_t EightDigits(uint64_t digits) {
  digits = (digits & 0x0F0F0F0F0F0F0F0Fu) * (10 * 0x100 + 1) >> 8;
  digits = (digits & 0x00FF00FF00FF00FFu) * (100 * 0x10000 + 1) >> 16;
  return (digits & 0x0000FFFF0000FFFFu) * ((uint64_t{10'000} << 32) + 1) >> 32;
}

// Takes the digits from `p` on, of a token that begins at `token`. The last characters of a token
// of eight or more are loaded together with those before them.
inline const char* TakeDigits(const char* token, const char* p, const char* end,
                              uint64_t* mantissa) {
  uint64_t value = *mantissa;
  if (end - token < 8) {
    for (; p != end && IsDigit(*p); ++p) value = value * 10 + static_cast<uint64_t>(*p - '0');
    *mantissa = value;
    return p;
  }
  while (p != end) {
    const int left = static_cast<int>(std::min<ptrdiff_t>(end - p, 8));
    const uint64_t eight = left == 8 ? Load64(p) : Load64(end - 8) >> (64 - 8 * left);
    const int count = DigitsAhead(eight);
    if (count == 0) break;
    value =
        value * kShiftOfDigits[static_cast<size_t>(count)] + EightDigits(eight << (64 - 8 * count));
    p += count;
    if (count < 8) break;
  }
  *mantissa = value;
  return p;
}

const char* TakeExponent(const char* p, const char* end, Parts* parts) {
  ++p;
  bool negative = false;
  if (p != end && (*p == '+' || *p == '-')) negative = *p++ == '-';
  const char* first = p;
  int64_t exponent = 0;
  for (; p != end && IsDigit(*p); ++p) {
    if (exponent < 1'000'000) exponent = exponent * 10 + (*p - '0');
  }
  if (p == first) return nullptr;
  parts->exponent += negative ? -exponent : exponent;
  return p;
}

// Zeros of "0.000123" before its first other digit; the text ends in something else than 0 and '.'.
int LeadingZeros(const char* p) {
  int zeros = 0;
  for (; *p == '0' || *p == '.'; ++p) zeros += *p == '0';
  return zeros;
}

inline Parts Split(std::string_view token) {
  Parts parts;
  const char* p = token.data();
  const char* end = p + token.size();
  if (p != end && *p == '-') {
    parts.negative = true;
    ++p;
  }
  const char* const first = p;
  p = TakeDigits(token.data(), p, end, &parts.mantissa);
  if (p == first || (*first == '0' && p - first > 1)) return parts;
  parts.digits = static_cast<int>(p - first);
  if (p != end && *p == '.') {
    parts.fraction = true;
    const char* const after = p + 1;
    p = TakeDigits(token.data(), after, end, &parts.mantissa);
    if (p == after) return parts;
    parts.digits += static_cast<int>(p - after);
    parts.exponent -= p - after;
  }
  if (parts.digits > 15 && *first == '0') parts.digits -= LeadingZeros(first);
  if (p != end && (*p == 'e' || *p == 'E')) {
    parts.fraction = true;
    p = TakeExponent(p, end, &parts);
    if (p == nullptr) return parts;
  }
  parts.valid = p == end;
  return parts;
}

// The significant digits of a number and the power of ten of the first, without zeros at the ends.
struct Digits {
  std::string text;
  int64_t exponent = 0;
  bool operator==(const Digits&) const = default;
};

Digits SignificantDigits(std::string_view token) {
  Digits digits;
  int64_t point = 0;
  bool seen_point = false;
  int64_t exponent = 0;
  for (size_t i = 0; i < token.size(); ++i) {
    const char c = token[i];
    if (c == 'e' || c == 'E') {
      const size_t from = token[i + 1] == '+' ? i + 2 : i + 1;
      const auto parsed =
          std::from_chars(token.data() + from, token.data() + token.size(), exponent);
      if (parsed.ec != std::errc()) exponent = token[from] == '-' ? -kHugeExponent : kHugeExponent;
      exponent = std::clamp(exponent, -kHugeExponent, kHugeExponent);
      break;
    }
    if (c == '.') seen_point = true;
    if (!IsDigit(c)) continue;
    if (digits.text.empty() && c == '0') {
      if (seen_point) --point;
      continue;
    }
    digits.text.push_back(c);
    if (!seen_point) ++point;
  }
  while (!digits.text.empty() && digits.text.back() == '0') digits.text.pop_back();
  digits.exponent = digits.text.empty() ? 0 : point + exponent;
  return digits;
}

consteval std::array<uint64_t, 28> MakePowersOfFive() {
  std::array<uint64_t, 28> powers{};
  uint64_t power = 1;
  for (uint64_t& slot : powers) {
    slot = power;
    power *= 5;
  }
  return powers;
}
constexpr auto kPowersOfFive = MakePowersOfFive();  // 5^27 is the last below 2^64

// Whether `real` is nearer to the decimal mantissa * 10^exponent than half a unit of its last
// digit, so that printing it with as many digits gives that decimal back. Exact, in integers: real
// is f * 2^-q, and f * 5^-exponent is compared with mantissa * 2^(q + exponent). False also where
// that takes more than 128 bits.
bool NearerThanHalfAUnit(double real, uint64_t mantissa, int64_t exponent) {
  if (exponent > 0 || exponent <= -static_cast<int64_t>(kPowersOfFive.size())) return false;
  uint64_t bits;
  std::memcpy(&bits, &real, sizeof(bits));
  const int64_t binade = static_cast<int64_t>(bits >> 52 & 0x7FF);
  const int64_t shift = 1075 - binade + exponent;
  if (binade == 0 || shift < 1 || shift > 63) return false;
  const uint64_t f = (bits & ((uint64_t{1} << 52) - 1)) | uint64_t{1} << 52;
  using Wide = unsigned __int128;
  const Wide have = static_cast<Wide>(f) * kPowersOfFive[static_cast<size_t>(-exponent)];
  const Wide want = static_cast<Wide>(mantissa) << shift;
  return (have > want ? have - want : want - have) < static_cast<Wide>(1) << (shift - 1);
}

// Whether `real` holds fewer digits than the token: printing it with as many digits as the token
// has gives other digits. Up to 15 digits always survive (DBL_DIG), outside of underflow.
bool IsRounded(std::string_view token, const Parts& parts, double real) {
  if (parts.digits <= 19 && NearerThanHalfAUnit(real, parts.mantissa, parts.exponent)) return false;
  const Digits wanted = SignificantDigits(token);
  if (wanted.text.empty()) return false;
  if (real == 0) return true;
  std::array<char, 1100> printed;
  // What programs print is nearly always the shortest form, which is quick to make.
  auto result = std::to_chars(printed.data(), printed.data() + printed.size(), real,
                              std::chars_format::scientific);
  const auto text = [&] {
    return std::string_view(printed.data(), static_cast<size_t>(result.ptr - printed.data()));
  };
  if (SignificantDigits(text()) == wanted) return false;
  const int precision = static_cast<int>(std::min<size_t>(wanted.text.size() - 1, 1000));
  result = std::to_chars(printed.data(), printed.data() + printed.size(), real,
                         std::chars_format::scientific, precision);
  return !(SignificantDigits(text()) == wanted);
}

// The digits are known already, unless there are more than a uint64 holds.
double NearestDouble(std::string_view token, const Parts& parts) {
  double real = 0;
  if (parts.digits <= 19) {
    const fast_float::adjusted_mantissa nearest =
        fast_float::compute_float<fast_float::binary_format<double>>(parts.exponent,
                                                                     parts.mantissa);
    if (nearest.power2 >= 0) {
      fast_float::to_float(parts.negative, nearest, real);
      return real;
    }
  }
  fast_float::from_chars(token.data(), token.data() + token.size(), real);
  return real;
}

void FinishFraction(std::string_view token, const Parts& parts, Number* number) {
  number->facts = kFactFraction;
  if (parts.digits <= 19 && parts.mantissa <= kMaxExactInt && parts.exponent >= -22 &&
      parts.exponent <= 22) {
    const double mantissa = static_cast<double>(parts.mantissa);
    const double real = parts.exponent < 0
                            ? mantissa / kPowersOfTen[static_cast<size_t>(-parts.exponent)]
                            : mantissa * kPowersOfTen[static_cast<size_t>(parts.exponent)];
    number->real = parts.negative ? -real : real;
  } else {
    number->real = NearestDouble(token, parts);
    if (!std::isfinite(number->real)) number->code = ParseCode::kNumberOverflow;
  }
  const bool may_round = parts.digits > 15 || parts.exponent < -290;
  if (may_round && number->code == ParseCode::kOk) {
    number->rounded = IsRounded(token, parts, number->real);
  }
}

bool IsExactInteger(std::string_view token, double real) {
  if (!std::isfinite(real)) return false;
  std::array<char, 400> printed;
  const auto result = std::to_chars(printed.data(), printed.data() + printed.size(), real,
                                    std::chars_format::fixed, 0);
  return token ==
         std::string_view(printed.data(), static_cast<size_t>(result.ptr - printed.data()));
}

// An int64 or uint64 is exact when its bits between the highest and the lowest set are at most 53.
bool FitsMantissa(uint64_t magnitude) {
  return magnitude <= kMaxExactInt ||
         64 - __builtin_clzll(magnitude) - __builtin_ctzll(magnitude) <= 53;
}

void FinishInteger(std::string_view token, const Parts& parts, Number* number) {
  const bool is_u64 =
      parts.digits < 20 || (parts.digits == 20 && token[parts.negative ? 1 : 0] == '1' &&
                            parts.mantissa >= 10'000'000'000'000'000'000ull);
  bool exact;
  if (is_u64 && parts.mantissa <= uint64_t{INT64_MAX} + (parts.negative ? 1 : 0)) {
    number->facts = kFactInt;
    number->int64 = static_cast<int64_t>(parts.negative ? 0 - parts.mantissa : parts.mantissa);
    const double magnitude = static_cast<double>(parts.mantissa);
    number->real = parts.negative ? -magnitude : magnitude;  // "-0" is -0.0
    exact = FitsMantissa(parts.mantissa);
  } else if (is_u64 && !parts.negative) {
    number->facts = kFactU64;
    number->uint64 = parts.mantissa;
    number->real = static_cast<double>(parts.mantissa);
    exact = FitsMantissa(parts.mantissa);
  } else {
    number->facts = kFactBigInt;
    fast_float::from_chars(token.data(), token.data() + token.size(), number->real);
    exact = IsExactInteger(token, number->real);
  }
  if (!exact) number->facts |= kFactInexact;
}

}  // namespace

Number ParseNumber(std::string_view token) {
  Number number;
  const Parts parts = Split(token);
  if (!parts.valid) {
    number.code = ParseCode::kBadNumber;
  } else if (parts.fraction) {
    FinishFraction(token, parts, &number);
  } else {
    FinishInteger(token, parts, &number);
  }
  return number;
}

bool ParseDecimal(std::string_view token, int precision, int scale, __int128* unscaled) {
  const Parts parts = Split(token);
  if (!parts.valid) return false;
  const Digits digits = SignificantDigits(token);
  const int64_t count = static_cast<int64_t>(digits.text.size());
  const int64_t zeros = digits.exponent - count + scale;  // to append to reach the scale
  if (count != 0 && (zeros < 0 || count + zeros > precision)) return false;
  __int128 value = 0;
  for (const char c : digits.text) value = value * 10 + (c - '0');
  for (int64_t i = 0; i < zeros && count != 0; ++i) value *= 10;
  *unscaled = parts.negative ? -value : value;
  return true;
}

void StoreDecimal(__int128 unscaled, uint32_t width, uint8_t* out) {
  for (uint32_t i = 0; i < width; ++i) {
    out[width - 1 - i] = static_cast<uint8_t>(unscaled & 0xFF);
    unscaled >>= 8;
  }
}

}  // namespace varve
