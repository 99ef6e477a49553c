#include "etl/parse/iso8601.h"

#include <cstring>

#include "etl/parse/load64.h"

namespace varve {
namespace {

constexpr int64_t kMicros = 1'000'000;
constexpr int64_t kDayMicros = 86'400 * kMicros;

// Days since 1970-01-01 of a proleptic Gregorian date; H. Hinnant, "chrono-Compatible Low-Level
// Date Algorithms", days_from_civil.
int64_t DaysFromCivil(int year, int month, int day) {
  year += 400 - (month <= 2);  // an era later, so that year 0 does not divide a negative number
  const int era = year / 400;
  const int year_of_era = year - era * 400;
  const int day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return int64_t{era} * 146'097 + day_of_era - 719'468 - 146'097;
}

bool IsLeap(int year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

int DaysInMonth(int year, int month) {
  constexpr char kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && IsLeap(year) ? 29 : kDays[month - 1];
}

// Two digits at p, or a negative number.
int Two(const char* p) {
  const unsigned tens = static_cast<unsigned char>(p[0] - '0');
  const unsigned ones = static_cast<unsigned char>(p[1] - '0');
  return tens > 9 || ones > 9 ? -1000 : static_cast<int>(tens * 10 + ones);
}

// Two digits in each 16 bits, the tens in the lower byte, become the number they spell there. False
// when one of them is no digit.
bool PairsOfDigits(uint64_t text, uint64_t* numbers) {
  constexpr uint64_t kHighNibbles = 0xF0F0F0F0F0F0F0F0u;
  constexpr uint64_t kZeros = 0x3030303030303030u;
  if ((text & kHighNibbles) != kZeros) return false;
  if (((text + 0x0606060606060606u) & kHighNibbles) != kZeros) return false;
  const uint64_t digits = text - kZeros;
  *numbers = (digits * 10 + (digits >> 8)) & 0x00FF00FF00FF00FFu;
  return true;
}

// "YYYY-MM-DD" at p. Times of one log are mostly of one day, so the newest is remembered.
bool ParseDate(const char* p, int64_t* days) {
  struct Known {
    uint64_t text = 0x2D31302D30373931u;  // "1970-01-"
    uint16_t day_text = 0x3130;           // "01"
    int64_t days = 0;
  };
  static thread_local Known known;
  const uint64_t text = Load64(p);
  uint16_t day_text;
  std::memcpy(&day_text, p + 8, sizeof(day_text));
  if (text == known.text && day_text == known.day_text) {
    *days = known.days;
    return true;
  }
  if (p[4] != '-' || p[7] != '-') return false;
  uint64_t pairs;
  if (!PairsOfDigits((text & 0xFFFFFFFF) | (text >> 40 & 0xFFFF) << 32 | uint64_t{day_text} << 48,
                     &pairs)) {
    return false;
  }
  const int year = static_cast<int>((pairs & 0xFF) * 100 + (pairs >> 16 & 0xFF));
  const int month = static_cast<int>(pairs >> 32 & 0xFF);
  const int day = static_cast<int>(pairs >> 48);
  if (month == 0 || month > 12 || day == 0 || day > DaysInMonth(year, month)) {
    return false;
  }
  *days = DaysFromCivil(year, month, day);
  known = {text, day_text, *days};
  return true;
}

// "hh:mm:ss" at p.
bool ParseClock(const char* p, int64_t* seconds) {
  const uint64_t text = Load64(p);
  if (p[2] != ':' || p[5] != ':') return false;
  constexpr uint64_t kNoFourthPair = uint64_t{0x3030} << 48;
  uint64_t pairs;
  if (!PairsOfDigits(
          (text & 0xFFFF) | (text >> 24 & 0xFFFF) << 16 | text >> 48 << 32 | kNoFourthPair,
          &pairs)) {
    return false;
  }
  const int64_t hour = static_cast<int64_t>(pairs & 0xFF);
  const int64_t minute = static_cast<int64_t>(pairs >> 16 & 0xFF);
  const int64_t second = static_cast<int64_t>(pairs >> 32 & 0xFF);
  if (hour > 23 || minute > 59 || second > 59) return false;
  *seconds = hour * 3600 + minute * 60 + second;
  return true;
}

// ".f{1,6}" at p; gives its length, 0 when there is none, -1 when it is something else.
int ParseFraction(const char* p, const char* end, int64_t* micros) {
  *micros = 0;
  if (p == end || *p != '.') return 0;
  int digits = 0;
  for (++p; p != end && static_cast<unsigned char>(*p - '0') < 10; ++p) {
    if (++digits > 6) return -1;
    *micros = *micros * 10 + (*p - '0');
  }
  if (digits == 0) return -1;
  constexpr int kMicrosOfLast[] = {1'000'000, 100'000, 10'000, 1'000, 100, 10, 1};
  *micros *= kMicrosOfLast[digits];
  return digits + 1;
}

// "Z" or "±hh:mm" filling [p, end).
bool ParseOffset(const char* p, const char* end, int64_t* seconds) {
  *seconds = 0;
  if (end - p == 1) return *p == 'Z';
  if (end - p != 6 || (*p != '+' && *p != '-') || p[3] != ':') return false;
  const int hour = Two(p + 1);
  const int minute = Two(p + 4);
  if ((hour | minute) < 0 || hour > 23 || minute > 59) return false;
  *seconds = hour * 3600 + minute * 60;
  if (*p == '-') *seconds = -*seconds;
  return true;
}

}  // namespace

Temporal ParseTemporal(std::string_view text) {
  const char* p = text.data();
  const char* end = p + text.size();
  int64_t days;
  if (text.size() < 10 || text.size() > 32 || !ParseDate(p, &days)) return {};
  if (text.size() == 10) return {kFactDate, days};
  int64_t seconds;
  if (text.size() < 19 || p[10] != 'T' || !ParseClock(p + 11, &seconds)) return {};
  int64_t micros;
  const int fraction = ParseFraction(p + 19, end, &micros);
  if (fraction < 0) return {};
  p += 19 + fraction;
  const int64_t local = days * kDayMicros + seconds * kMicros + micros;
  if (p == end) return {kFactTimestampLocal, local};
  int64_t offset;
  if (!ParseOffset(p, end, &offset)) return {};
  return {kFactTimestampUtc, local - offset * kMicros};
}

}  // namespace varve
