#include "etl/parse/number.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <random>
#include <string>

namespace varve {
namespace {

Number Parse(std::string token) {
  const size_t size = token.size();
  token.append(16, '7');  // what follows must not count
  return ParseNumber(std::string_view(token).substr(0, size));
}

uint64_t Bits(double real) {
  uint64_t bits;
  std::memcpy(&bits, &real, sizeof(bits));
  return bits;
}

TEST(NumberTest, Grammar) {
  for (const char* token : {"0", "-0", "1", "-1", "10", "0.0", "-0.5", "1e5", "1E5", "1e+5", "1e-5",
                            "0e0", "0E-0", "1.25e00010", "123.456E-78"}) {
    EXPECT_EQ(Parse(token).code, ParseCode::kOk) << token;
  }
  for (const char* token :
       {"",      "-",        "+1",  "00",       "01",        "-01",   "1.",    ".5",
        "-.5",   "1.e5",     "1e",  "1e+",      "1E-",       "1e5.5", "1.2.3", "0x10",
        "1_000", "1,",       "NaN", "Infinity", "-Infinity", "1f",    "--1",   "1-",
        "1e5e5", "\xD9\xA1", "1 ",  " 1",       "0-1",       "1+1",   "-e5"}) {
    EXPECT_EQ(Parse(token).code, ParseCode::kBadNumber) << token;
  }
}

TEST(NumberTest, IntegerBoundaries) {
  const auto facts = [](const char* token) { return Parse(token).facts; };
  EXPECT_EQ(facts("9007199254740992"), kFactInt);
  EXPECT_EQ(facts("9007199254740993"), kFactInt | kFactInexact);
  EXPECT_EQ(facts("-9007199254740993"), kFactInt | kFactInexact);
  EXPECT_EQ(facts("9007199254740994"), kFactInt);
  EXPECT_EQ(facts("9223372036854775807"), kFactInt | kFactInexact);
  EXPECT_EQ(facts("-9223372036854775808"), kFactInt);
  EXPECT_EQ(facts("9223372036854775808"), kFactU64);
  EXPECT_EQ(facts("-9223372036854775809"), kFactBigInt | kFactInexact);
  EXPECT_EQ(facts("18446744073709551615"), kFactU64 | kFactInexact);
  EXPECT_EQ(facts("18446744073709551616"), kFactBigInt);  // 2^64 is a double
  EXPECT_EQ(facts("18446744073709551617"), kFactBigInt | kFactInexact);
  EXPECT_EQ(facts("28446744073709551615"), kFactBigInt | kFactInexact);  // wraps around twice
  EXPECT_EQ(facts("100000000000000000000"), kFactBigInt);
  EXPECT_EQ(facts(("1" + std::string(400, '0')).c_str()), kFactBigInt | kFactInexact);
  EXPECT_EQ(facts("0"), kFactInt);
  EXPECT_EQ(facts("1.0"), kFactFraction);
  EXPECT_EQ(Parse("9223372036854775807").int64, INT64_MAX);
  EXPECT_EQ(Parse("-9223372036854775808").int64, INT64_MIN);
  EXPECT_EQ(Parse("18446744073709551615").uint64, UINT64_MAX);
}

TEST(NumberTest, ZeroKeepsItsSignAsADouble) {
  EXPECT_EQ(Bits(Parse("-0.0").real), Bits(-0.0));
  EXPECT_EQ(Bits(Parse("-0e5").real), Bits(-0.0));
  EXPECT_EQ(Bits(Parse("0.0").real), Bits(0.0));
  EXPECT_EQ(Parse("-0").int64, 0);
}

TEST(NumberTest, OverflowIsRefusedUnderflowIsRounded) {
  for (const char* token : {"1e309", "-1e309", "1.8e308", "1e400", "1e99999999999999999999"}) {
    EXPECT_EQ(Parse(token).code, ParseCode::kNumberOverflow) << token;
  }
  EXPECT_EQ(Parse("1.7976931348623157e308").real, std::numeric_limits<double>::max());
  for (const char* token : {"1e-400", "1e-99999999999999999999", "3e-324"}) {
    EXPECT_EQ(Parse(token).code, ParseCode::kOk) << token;
    EXPECT_TRUE(Parse(token).rounded) << token;
  }
  EXPECT_FALSE(Parse("0e99999999999999999999").rounded);
  EXPECT_EQ(Parse("0e99999999999999999999").real, 0);
}

TEST(NumberTest, RoundedMeansDigitsWereLost) {
  for (const char* token :
       {"0.1", "1.10", "123456789.012345", "0.30000000000000004", "5e-324", "1e22", "1.5",
        "100000000000000000000.0", "4.9406564584124654e-324", "2.2250738585072014e-308",
        "1.7976931348623157e308", "1e-310", "0.00000000000000000000000000000000000001"}) {
    EXPECT_FALSE(Parse(token).rounded) << token;
  }
  for (const char* token : {"9007199254740993.0", "0.1234567890123456789", "3.14159265358979323846",
                            "1.00000000000000000001", "12345678901234567.8"}) {
    EXPECT_TRUE(Parse(token).rounded) << token;
  }
  // The exact decimal value of a double is held, however long it is.
  EXPECT_FALSE(Parse("0.1000000000000000055511151231257827021181583404541015625").rounded);
  EXPECT_TRUE(Parse("0.1000000000000000055511151231257827021181583404541015626").rounded);
}

std::string Digits(std::mt19937_64* random, size_t count) {
  std::string digits(1, static_cast<char>('1' + (*random)() % 9));
  while (digits.size() < count) digits.push_back(static_cast<char>('0' + (*random)() % 10));
  return digits;
}

std::string RandomToken(std::mt19937_64* random) {
  const auto below = [random](uint64_t limit) { return (*random)() % limit; };
  std::string token = below(4) == 0 ? "-" : "";
  switch (below(5)) {
    case 0:  // few digits, the fast path
      token += Digits(random, 1 + below(8)) + "." + Digits(random, 1 + below(6));
      break;
    case 1:  // many digits
      token += Digits(random, 1 + below(20)) + "." + Digits(random, 14 + below(26));
      break;
    case 2:  // around both ends of the range
      token += Digits(random, 1) + "." + Digits(random, 1 + below(25)) + "e-" +
               std::to_string(290 + below(40));
      break;
    case 3: token += Digits(random, 1 + below(18)) + "e" + std::to_string(below(300)); break;
    default: {  // the bits of any double, printed
      double real;
      const uint64_t bits = (*random)();
      std::memcpy(&real, &bits, sizeof(real));
      if (!std::isfinite(real)) real = 1.5;
      char text[64];
      std::snprintf(text, sizeof(text), "%.*e", static_cast<int>(1 + below(24)), real);
      return text;
    }
  }
  return token;
}

std::string SignificantDigits(const std::string& token) {
  std::string digits;
  for (const char c : token.substr(0, token.find('e'))) {
    if (c >= '1' && c <= '9') digits.push_back(c);
    if (c == '0' && !digits.empty()) digits.push_back(c);
  }
  return digits.substr(0, digits.find_last_not_of('0') + 1);
}

TEST(NumberTest, DoublesAreTheNearestAsStrtodSays) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 200'000; ++i) {
    const std::string token = RandomToken(&random);
    const Number number = Parse(token);
    const double expected = std::strtod(token.c_str(), nullptr);
    if (std::isinf(expected)) {
      EXPECT_EQ(number.code, ParseCode::kNumberOverflow) << token;
      continue;
    }
    ASSERT_EQ(number.code, ParseCode::kOk) << token;
    ASSERT_EQ(Bits(number.real), Bits(expected)) << token;
    // As many digits as the token has must be the token's.
    const std::string digits = SignificantDigits(token);
    char printed[128];
    const int precision = std::max(static_cast<int>(digits.size()) - 1, 0);
    std::snprintf(printed, sizeof(printed), "%.*e", precision, expected);
    ASSERT_EQ(number.rounded, SignificantDigits(printed) != digits) << token;
  }
}

TEST(NumberTest, HalfwayCasesGoToEven) {
  std::mt19937_64 random(11);
  for (int i = 0; i < 20'000; ++i) {
    // Halfway between two doubles of 54 bits: exact as an integer times a power of two.
    const uint64_t odd = (uint64_t{1} << 53) + 1 + 2 * (random() % (uint64_t{1} << 52));
    const int shift = static_cast<int>(random() % 8);
    unsigned __int128 value = static_cast<unsigned __int128>(odd) << shift;
    std::string digits;
    for (; value != 0; value /= 10)
      digits.insert(digits.begin(), static_cast<char>('0' + value % 10));
    for (const std::string& token :
         {digits + ".0", digits + ".0000000000000000000001", digits + "e0"}) {
      ASSERT_EQ(Bits(Parse(token).real), Bits(std::strtod(token.c_str(), nullptr))) << token;
    }
  }
}

TEST(NumberTest, IntegersOfAnyLengthAgreeWithStrtod) {
  std::mt19937_64 random(13);
  for (int i = 0; i < 50'000; ++i) {
    const std::string token = (random() % 3 == 0 ? "-" : "") + Digits(&random, 1 + random() % 40);
    const Number number = Parse(token);
    ASSERT_EQ(number.code, ParseCode::kOk) << token;
    ASSERT_EQ(Bits(number.real), Bits(std::strtod(token.c_str(), nullptr))) << token;
    char printed[80];
    std::snprintf(printed, sizeof(printed), "%.0f", number.real);
    ASSERT_EQ((number.facts & kFactInexact) == 0, token == printed) << token;
    if ((number.facts & kFactInt) != 0) {
      ASSERT_EQ(std::to_string(number.int64), token);
    } else if ((number.facts & kFactU64) != 0) {
      ASSERT_EQ(std::to_string(number.uint64), token);
    } else {
      ASSERT_NE(number.facts & kFactBigInt, 0) << token;
    }
  }
}

struct DecimalCase {
  const char* token;
  int precision;
  int scale;
  bool fits;
  int64_t unscaled;
};

TEST(ParseDecimalTest, DigitsThatFitAreKeptExactly) {
  for (const DecimalCase& c : std::initializer_list<DecimalCase>{
           {"0", 5, 2, true, 0},
           {"-0.000", 5, 2, true, 0},
           {"0e99", 5, 2, true, 0},
           {"0e99999999999999999999", 5, 2, true, 0},
           {"1", 5, 2, true, 100},
           {"-1.5", 5, 2, true, -150},
           {"999.99", 5, 2, true, 99'999},
           {"999.990", 5, 2, true, 99'999},
           {"1000", 5, 2, false, 0},
           {"0.001", 5, 2, false, 0},
           {"1e2", 5, 2, true, 10'000},
           {"12345e-2", 5, 2, true, 12'345},
           {"12345e-3", 5, 2, false, 0},
           {"12340e-3", 5, 2, true, 1'234},
           {"1e3", 5, 2, false, 0},
           {"1e-99999999999999999999", 5, 2, false, 0},
           {"1e99999999999999999999", 5, 2, false, 0},
           {"1e9223372036854775807", 5, 2, false, 0},
           {"1e-9223372036854775808", 5, 2, false, 0},
           {"5", 1, 1, false, 0},
           {"0.5", 1, 1, true, 5},
           {"01", 5, 2, false, 0},
           {"abc", 5, 2, false, 0},
           {"", 5, 2, false, 0},
       }) {
    __int128 unscaled = -77;
    ASSERT_EQ(ParseDecimal(c.token, c.precision, c.scale, &unscaled), c.fits) << c.token;
    if (c.fits) {
      EXPECT_EQ(static_cast<int64_t>(unscaled), c.unscaled) << c.token;
    }
  }
}

TEST(ParseDecimalTest, ThirtyEightDigits) {
  __int128 unscaled = 0;
  ASSERT_TRUE(ParseDecimal("-99999999999999999999999999999999999999", 38, 0, &unscaled));
  __int128 limit = 1;
  for (int i = 0; i < 38; ++i) limit *= 10;
  EXPECT_TRUE(unscaled == 1 - limit);
  EXPECT_FALSE(ParseDecimal("100000000000000000000000000000000000000", 38, 0, &unscaled));
}

TEST(StoreDecimalTest, BigEndianTwosComplement) {
  uint8_t out[16];
  StoreDecimal(-2, 3, out);
  EXPECT_EQ(std::string(reinterpret_cast<char*>(out), 3), "\xFF\xFF\xFE");
  StoreDecimal(0x0102, 3, out);
  EXPECT_EQ(std::string(reinterpret_cast<char*>(out), 3), std::string("\0\x01\x02", 3));
  std::mt19937_64 random(3);
  for (int i = 0; i < 1'000; ++i) {
    const __int128 value =
        static_cast<__int128>(static_cast<int64_t>(random())) * static_cast<int64_t>(random());
    StoreDecimal(value, 16, out);
    unsigned __int128 read = 0;
    for (const uint8_t byte : out) read = read << 8 | byte;
    ASSERT_TRUE(static_cast<__int128>(read) == value);
  }
}

}  // namespace
}  // namespace varve
