#include "etl/convert/partition.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <unordered_map>

namespace varve {
namespace {

using std::chrono::floor;
using std::chrono::sys_days;
using std::chrono::year_month_day;

constexpr size_t kComponentBytesMax = 255;
constexpr size_t kHashBytes = 17;  // '-' and 16 hex digits

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

int Number(std::string_view digits) {
  int value = 0;
  for (const char c : digits) value = value * 10 + (c - '0');
  return value;
}

// The first valid YYYY-MM-DD in `name` that is not part of a longer number.
std::optional<int64_t> DateInName(std::string_view name) {
  for (size_t i = 0; i + 10 <= name.size(); ++i) {
    const std::string_view text = name.substr(i, 10);
    bool shaped = text[4] == '-' && text[7] == '-';
    for (const size_t digit : {0, 1, 2, 3, 5, 6, 8, 9}) shaped = shaped && IsDigit(text[digit]);
    if (!shaped || (i > 0 && IsDigit(name[i - 1]))) continue;
    if (i + 10 < name.size() && IsDigit(name[i + 10])) continue;
    const year_month_day date{std::chrono::year(Number(text.substr(0, 4))),
                              std::chrono::month(static_cast<unsigned>(Number(text.substr(5, 2)))),
                              std::chrono::day(static_cast<unsigned>(Number(text.substr(8, 2))))};
    if (date.ok()) return sys_days(date).time_since_epoch().count();
  }
  return std::nullopt;
}

int64_t Today() {
  return floor<std::chrono::days>(std::chrono::system_clock::now()).time_since_epoch().count();
}

void AppendEscaped(std::string_view text, std::string* out) {
  constexpr std::string_view kUnsafe = "\"#%'*/:=?\\{[]^";
  constexpr char kHex[] = "0123456789ABCDEF";
  for (const char c : text) {
    const unsigned char byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F || kUnsafe.find(c) != std::string_view::npos) {
      out->push_back('%');
      out->push_back(kHex[byte >> 4]);
      out->push_back(kHex[byte & 15]);
    } else {
      out->push_back(c);
    }
  }
}

// A prefix of at most `size` bytes that ends neither inside a character nor inside an escape.
std::string_view CutEscaped(std::string_view text, size_t size) {
  size_t end = size;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  for (size_t back = 1; back <= 2 && back <= end; ++back) {
    if (text[end - back] == '%') return text.substr(0, end - back);
  }
  return text.substr(0, end);
}

}  // namespace

std::string HiveComponent(std::string_view name, std::string_view value) {
  std::string component;
  AppendEscaped(name, &component);
  component.push_back('=');
  if (value.empty()) {
    component.append(kNullPartition);  // as Hive: an empty name is no directory
    return component;
  }
  AppendEscaped(value, &component);
  if (component.size() <= kComponentBytesMax) return component;
  char hash[kHashBytes + 1];
  std::snprintf(hash, sizeof(hash), "-%016llx",
                static_cast<unsigned long long>(XXH3_64bits(value.data(), value.size())));
  return std::string(CutEscaped(component, kComponentBytesMax - kHashBytes)) + hash;
}

std::string DateDirectory(int64_t days, int hour, TimeGrain grain) {
  const year_month_day date{sys_days(std::chrono::days(days))};
  char text[80];
  std::snprintf(text, sizeof(text), "year=%04d/month=%02u", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()));
  std::string directory = text;
  if (grain == TimeGrain::kMonth) return directory;
  std::snprintf(text, sizeof(text), "/day=%02u", static_cast<unsigned>(date.day()));
  directory += text;
  if (grain != TimeGrain::kHour) return directory;
  std::snprintf(text, sizeof(text), "/hour=%02d", hour);
  return directory + text;
}

std::string NullDateDirectory(TimeGrain grain) {
  std::string directory;
  const std::string null(kNullPartition);
  directory = "year=" + null + "/month=" + null;
  if (grain != TimeGrain::kMonth) directory += "/day=" + null;
  if (grain == TimeGrain::kHour) directory += "/hour=" + null;
  return directory;
}

bool IsDate(std::string_view text) { return text.size() == 10 && DateInName(text).has_value(); }

PartitionPlan PlanPartitions(const PartitionSpec& spec, const std::vector<std::string>& names,
                             const std::vector<std::string>& dates) {
  PartitionPlan plan;
  plan.group_of_input.assign(names.size(), 0);
  if (spec.by == PartitionBy::kArrival) {
    plan.directory_of_group.push_back(DateDirectory(Today(), 0, TimeGrain::kDay));
    return plan;
  }
  if (spec.by != PartitionBy::kFilenameDate) {
    plan.directory_of_group.emplace_back();
    return plan;
  }
  std::unordered_map<std::string, uint32_t> group_of;
  for (size_t i = 0; i < names.size(); ++i) {
    const bool given = !dates.empty() && !dates[i].empty();
    const auto days =
        DateInName(given ? dates[i] : std::filesystem::path(names[i]).filename().string());
    const std::string directory = days.has_value() ? DateDirectory(*days, 0, TimeGrain::kDay)
                                                   : NullDateDirectory(TimeGrain::kDay);
    const auto [found, added] =
        group_of.emplace(directory, static_cast<uint32_t>(plan.directory_of_group.size()));
    if (added) plan.directory_of_group.push_back(directory);
    plan.group_of_input[i] = found->second;
  }
  return plan;
}

}  // namespace varve
