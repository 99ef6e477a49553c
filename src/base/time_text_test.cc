#include "base/time_text.h"

#include <gtest/gtest.h>

#include "base/clock.h"

namespace varve {
namespace {

TEST(TimeText, WritesAndReadsTheSameInstant) {
  for (const int64_t us :
       {int64_t{0}, int64_t{1'737'106'200'123'456}, int64_t{-1}, 20'000 * kMicrosPerDay}) {
    EXPECT_EQ(ParseUtc(FormatUtc(us)), us) << FormatUtc(us);
  }
  EXPECT_EQ(FormatUtc(1'737'106'200'123'456), "2025-01-17T09:30:00.123456Z");
  EXPECT_EQ(FormatUtc(-1), "1969-12-31T23:59:59.999999Z");
}

TEST(TimeText, DaysAreOfUtc) {
  EXPECT_EQ(DayOf(0), "1970-01-01");
  EXPECT_EQ(DayOf(-1), "1969-12-31");
  EXPECT_EQ(DayOf(kMicrosPerDay - 1), "1970-01-01");
}

TEST(TimeText, RefusesWhatIsNoInstant) {
  for (const char* text : {"", "2025-01-17T09:30:00Z", "2025-02-30T09:30:00.000000Z",
                           "2025-01-17T24:30:00.000000Z", "2025-01-17T09:60:00.000000Z",
                           "2025-01-17 09:30:00.000000Z", "2025-01-17T09:30:00.00000xZ"}) {
    EXPECT_FALSE(ParseUtc(text).has_value()) << text;
  }
}

TEST(TimeText, ReadsWhatOthersWrite) {
  const int64_t half_past_nine = 1'737'106'200 * kMicrosPerSecond;
  for (const char* text : {"2025-01-17T09:30:00Z", "2025-01-17T09:30:00UTC",
                           "2025-01-17T09:30:00.000Z", "2025-01-17T09:30:00+00:00",
                           "2025-01-17T11:30:00.0000000+02:00", "2025-01-17T04:00:00-05:30"}) {
    EXPECT_EQ(ParseInstant(text), half_past_nine) << text;
  }
  EXPECT_EQ(ParseInstant("2025-01-17T09:30:00.12Z"), half_past_nine + 120'000);
  EXPECT_EQ(ParseInstant("2025-01-17T09:30:00.1234567Z"), half_past_nine + 123'456);
  for (const char* text :
       {"", "2025-01-17T09:30:00", "2025-01-17T09:30:00.Z", "2025-01-17", "2025-01-17T09:30:00.5",
        "2025-01-17T09:30:00+2:00", "2025-01-17T09:30:00+24:00", "2025-02-30T09:30:00Z"}) {
    EXPECT_FALSE(ParseInstant(text).has_value()) << text;
  }
}

TEST(TimeText, KnowsTheCalendar) {
  EXPECT_TRUE(IsDay("2024-02-29"));
  EXPECT_FALSE(IsDay("2025-02-29"));
  EXPECT_FALSE(IsDay("2025-1-17"));
  EXPECT_FALSE(IsDay("2025-13-01"));
}

}  // namespace
}  // namespace varve
