#include "base/time_text.h"

#include <algorithm>
#include <chrono>
#include <cstdio>

#include "base/clock.h"

namespace varve {
namespace {

using std::chrono::days;
using std::chrono::sys_days;
using std::chrono::year_month_day;

int64_t DayNumber(int64_t us) {
  const int64_t day = us / kMicrosPerDay;
  return us % kMicrosPerDay < 0 ? day - 1 : day;
}

std::optional<int64_t> Digits(std::string_view text) {
  int64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

std::optional<year_month_day> ParseDay(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto year = Digits(text.substr(0, 4));
  const auto month = Digits(text.substr(5, 2));
  const auto day = Digits(text.substr(8, 2));
  if (!year || !month || !day) return std::nullopt;
  const year_month_day date(std::chrono::year(static_cast<int>(*year)),
                            std::chrono::month(static_cast<unsigned>(*month)),
                            std::chrono::day(static_cast<unsigned>(*day)));
  if (!date.ok()) return std::nullopt;
  return date;
}

// "Z" and "UTC" are 0, "+02:00" is 2 hours.
std::optional<int64_t> ParseOffset(std::string_view text) {
  if (text == "Z" || text == "UTC") return 0;
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return std::nullopt;
  const auto hours = Digits(text.substr(1, 2));
  const auto minutes = Digits(text.substr(4, 2));
  if (!hours || !minutes || *hours > 23 || *minutes > 59) return std::nullopt;
  const int64_t us = *hours * kMicrosPerHour + *minutes * kMicrosPerMinute;
  return text[0] == '-' ? -us : us;
}

}  // namespace

std::string DayOf(int64_t us) {
  const year_month_day date(sys_days(days(DayNumber(us))));
  char text[32];
  std::snprintf(text, sizeof text, "%04d-%02u-%02u", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
  return text;
}

std::string FormatUtc(int64_t us) {
  const int64_t in_day = us - DayNumber(us) * kMicrosPerDay;
  char text[32];
  std::snprintf(text, sizeof text, "T%02d:%02d:%02d.%06dZ",
                static_cast<int>(in_day / kMicrosPerHour),
                static_cast<int>(in_day / kMicrosPerMinute % 60),
                static_cast<int>(in_day / kMicrosPerSecond % 60),
                static_cast<int>(in_day % kMicrosPerSecond));
  return DayOf(us) + text;
}

std::optional<int64_t> ParseUtc(std::string_view text) {
  constexpr std::string_view kShape = "0000-00-00T00:00:00.000000Z";
  if (text.size() != kShape.size()) return std::nullopt;
  for (size_t i = 10; i < text.size(); ++i) {
    if (kShape[i] != '0' && text[i] != kShape[i]) return std::nullopt;
  }
  const auto date = ParseDay(text.substr(0, 10));
  const auto hour = Digits(text.substr(11, 2));
  const auto minute = Digits(text.substr(14, 2));
  const auto second = Digits(text.substr(17, 2));
  const auto micros = Digits(text.substr(20, 6));
  if (!date || !hour || !minute || !second || !micros) return std::nullopt;
  if (*hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
  return sys_days(*date).time_since_epoch().count() * kMicrosPerDay + *hour * kMicrosPerHour +
         *minute * kMicrosPerMinute + *second * kMicrosPerSecond + *micros;
}

std::optional<int64_t> ParseInstant(std::string_view text) {
  constexpr size_t kToSeconds = 19;
  constexpr size_t kMicroDigits = 6;
  if (text.size() <= kToSeconds) return std::nullopt;
  const std::string_view seconds = text.substr(0, kToSeconds);
  text.remove_prefix(kToSeconds);
  std::string micros(kMicroDigits, '0');
  if (text.front() == '.') {
    const size_t end = text.find_first_not_of("0123456789", 1);
    if (end == text.npos || end == 1) return std::nullopt;
    const std::string_view digits = text.substr(1, end - 1);
    micros.replace(0, std::min(digits.size(), kMicroDigits), digits.substr(0, kMicroDigits));
    text.remove_prefix(end);
  }
  const auto local = ParseUtc(std::string(seconds) + "." + micros + "Z");
  const auto offset = ParseOffset(text);
  if (!local || !offset) return std::nullopt;
  return *local - *offset;
}

bool IsDay(std::string_view text) { return ParseDay(text).has_value(); }

}  // namespace varve
