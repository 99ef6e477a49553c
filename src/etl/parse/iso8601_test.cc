#include "etl/parse/iso8601.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <random>
#include <string>

namespace varve {
namespace {

Temporal TemporalOf(std::string text) {
  const size_t size = text.size();
  text.append(16, '9');  // what follows must not count
  return ParseTemporal(std::string_view(text).substr(0, size));
}

template <typename... Args>
std::string Format(const char* format, Args... args) {
  char text[128];
  std::snprintf(text, sizeof(text), format, args...);
  return text;
}

// A calendar of its own: counts day by day from 0000-01-01.
struct Calendar {
  int year = 0;
  int month = 1;
  int day = 1;

  static bool IsLeap(int y) { return (y % 4 == 0 && y % 100 != 0) || y % 400 == 0; }
  int MonthDays() const {
    if (month == 2) return IsLeap(year) ? 29 : 28;
    return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
  }
  void Next() {
    if (++day <= MonthDays()) return;
    day = 1;
    if (++month <= 12) return;
    month = 1;
    ++year;
  }
};

// Before any date is remembered; tests of one program may run in any order.
TEST(Iso8601Test, ZeroBytesAreNoDate) {
  EXPECT_EQ(TemporalOf(std::string(10, '\0')).fact, kFactText);
  EXPECT_EQ(TemporalOf("1970-01-01").value, 0);
  EXPECT_EQ(TemporalOf("1970-01-02").value, 1);
  EXPECT_EQ(TemporalOf("1970-01-0x").fact, kFactText);
  EXPECT_EQ(TemporalOf("1970-01-02").value, 1);
}

TEST(Iso8601Test, EveryDayOfTenThousandYears) {
  constexpr int64_t kDaysBefore1970 = 719'528;  // from 0000-01-01
  Calendar date;
  for (int64_t days = -kDaysBefore1970; date.year < 10'000; date.Next(), ++days) {
    const Temporal parsed = TemporalOf(Format("%04d-%02d-%02d", date.year, date.month, date.day));
    ASSERT_EQ(parsed.fact, kFactDate) << date.year << " " << date.month << " " << date.day;
    ASSERT_EQ(parsed.value, days);
    if (date.day == 1) {
      const int beyond = date.MonthDays() + 1;
      const std::string no_day = Format("%04d-%02d-%02d", date.year, date.month, beyond);
      ASSERT_EQ(TemporalOf(no_day).fact, kFactText) << no_day;
    }
  }
}

TEST(Iso8601Test, RandomInstantsAgreeWithTheStandardLibrary) {
  using std::chrono::days;
  using std::chrono::microseconds;
  using std::chrono::sys_days;
  std::mt19937_64 random(1);
  for (int i = 0; i < 100'000; ++i) {
    const int year = static_cast<int>(random() % 10'000);
    const unsigned month = 1 + random() % 12;
    const unsigned day = 1 + random() % 28;
    const int hour = static_cast<int>(random() % 24);
    const int minute = static_cast<int>(random() % 60);
    const int second = static_cast<int>(random() % 60);
    const int digits = static_cast<int>(random() % 7);
    const sys_days date = std::chrono::year_month_day(
        std::chrono::year(year), std::chrono::month(month), std::chrono::day(day));
    int64_t expected = microseconds(date.time_since_epoch()).count();
    expected += (int64_t{hour} * 3600 + minute * 60 + second) * 1'000'000;
    std::string text =
        Format("%04d-%02u-%02uT%02d:%02d:%02d", year, month, day, hour, minute, second);
    if (digits > 0) {
      int64_t limit = 1;
      for (int d = 0; d < digits; ++d) limit *= 10;
      const int64_t fraction = static_cast<int64_t>(random() % static_cast<uint64_t>(limit));
      text += Format(".%0*lld", digits, static_cast<long long>(fraction));
      expected += fraction * (1'000'000 / limit);
    }
    EXPECT_EQ(TemporalOf(text).fact, kFactTimestampLocal) << text;
    EXPECT_EQ(TemporalOf(text).value, expected) << text;
    EXPECT_EQ(TemporalOf(text + "Z").fact, kFactTimestampUtc) << text;
    EXPECT_EQ(TemporalOf(text + "Z").value, expected) << text;
    const int offset_hour = static_cast<int>(random() % 24);
    const int offset_minute = static_cast<int>(random() % 60);
    const bool west = random() % 2 == 0;
    text += Format("%c%02d:%02d", west ? '-' : '+', offset_hour, offset_minute);
    const int64_t offset = (int64_t{offset_hour} * 60 + offset_minute) * 60'000'000;
    EXPECT_EQ(TemporalOf(text).fact, kFactTimestampUtc) << text;
    EXPECT_EQ(TemporalOf(text).value, west ? expected + offset : expected - offset) << text;
  }
}

TEST(Iso8601Test, EverythingElseIsText) {
  for (const char* text : {
           "",
           "2",
           "2025-01-1",
           "2025-1-017",
           "2025/01/17",
           "20250117",
           "2025-01-17 ",
           " 2025-01-17",
           "2025-00-17",
           "2025-13-17",
           "2025-01-00",
           "2025-01-32",
           "2025-02-29",
           "1900-02-29",
           "+2025-01-17",
           "-025-01-17",
           "2025-W03-5",
           "2025-017",
           "202a-01-17",
           "2025-01-17T",
           "2025-01-17T10",
           "2025-01-17T10:00",
           "2025-01-17T10:00Z",
           "2025-01-17 10:00:00",
           "2025-01-17t10:00:00",
           "2025-01-17T24:00:00",
           "2025-01-17T23:60:00",
           "2025-01-17T23:59:60",
           "2025-01-17T10:00:00.",
           "2025-01-17T10:00:00.Z",
           "2025-01-17T10:00:00,5",
           "2025-01-17T10:00:00.1234567",
           "2025-01-17T10:00:00.1234567Z",
           "2025-01-17T10:00:00z",
           "2025-01-17T10:00:00ZZ",
           "2025-01-17T10:00:00+1",
           "2025-01-17T10:00:00+0100",
           "2025-01-17T10:00:00+01",
           "2025-01-17T10:00:00+24:00",
           "2025-01-17T10:00:00+01:60",
           "2025-01-17T10:00:00 01:00",
           "2025-01-17T10:00:00+01:00 ",
           "2025-01-17T1a:00:00",
           "2025-01-17T10-00:00",
           "2025-01-17T10:00:00.123456+01:000",
           "2025-01-17T10:00:00.12 456Z",
       }) {
    EXPECT_EQ(TemporalOf(text).fact, kFactText) << text;
  }
}

TEST(Iso8601Test, Extremes) {
  EXPECT_EQ(TemporalOf("1970-01-01").value, 0);
  EXPECT_EQ(TemporalOf("1970-01-01T00:00:00Z").value, 0);
  EXPECT_EQ(TemporalOf("1969-12-31T23:59:59.999999Z").value, -1);
  EXPECT_EQ(TemporalOf("0000-01-01T00:00:00+23:59").value, -62'167'305'540'000'000);
  EXPECT_EQ(TemporalOf("9999-12-31T23:59:59.999999-23:59").value, 253'402'387'139'999'999);
}

}  // namespace
}  // namespace varve
