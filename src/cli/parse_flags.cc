#include "cli/parse_flags.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>
#include <optional>

#include "base/clock.h"
#include "model/schema_json.h"

namespace varve::cli {
namespace {

Error Bad(std::string_view text, std::string_view why_and_remedy) {
  return {Code::kInvalidArgument, "\"" + std::string(text) + "\" " + std::string(why_and_remedy)};
}

template <typename T>
std::optional<T> ParseNumber(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// 1 for "", the factor of "kb", "mib", ..., 0 for anything else.
uint64_t UnitFactor(std::string_view unit) {
  if (unit.empty() || unit == "b") return 1;
  static constexpr std::string_view kPrefixes = "kmgt";
  const size_t power = kPrefixes.find(unit[0]);
  if (power == kPrefixes.npos) return 0;
  const std::string_view rest = unit.substr(1);
  if (rest != "b" && rest != "ib") return 0;
  uint64_t factor = 1;
  for (size_t i = 0; i <= power; ++i) factor *= rest == "ib" ? 1024 : 1000;
  return factor;
}

struct DurationUnit {
  std::string_view name;
  int64_t us;
};

constexpr DurationUnit kDurationUnits[] = {
    {"us", 1},
    {"ms", 1'000},
    {"s", kMicrosPerSecond},
    {"m", kMicrosPerMinute},
    {"h", kMicrosPerHour},
    {"d", kMicrosPerDay},
};
constexpr double kDurationMaxUs = 36'500.0 * static_cast<double>(kMicrosPerDay);

int64_t UnitMicros(std::string_view name) {
  for (const DurationUnit& unit : kDurationUnits) {
    if (unit.name == name) return unit.us;
  }
  return 0;
}

constexpr std::string_view kDurationRemedy =
    "is not a duration; write a number and a unit, like 250ms, 30s, 5m or 1h30m";

constexpr std::string_view kSizeRemedy = "is not a size; write bytes or a unit, like 512MiB or 2GB";

std::optional<TimeGrain> ParseGrain(std::string_view text) {
  if (text == "day") return TimeGrain::kDay;
  if (text == "hour") return TimeGrain::kHour;
  if (text == "month") return TimeGrain::kMonth;
  return std::nullopt;
}

constexpr std::string_view kPartitionRemedy =
    "is not a way to partition; write none, filename-date, arrival or "
    "column:NAME[:day|hour|month]";

Result<PartitionSpec> ParseColumnPartition(std::string_view text, std::string_view column) {
  PartitionSpec spec;
  spec.by = PartitionBy::kColumn;
  if (const size_t colon = column.rfind(':'); colon != column.npos) {
    const auto grain = ParseGrain(column.substr(colon + 1));
    if (!grain)
      return Bad(text, "ends in an unknown grain; write day, hour or month after the ':'");
    spec.grain = *grain;
    column = column.substr(0, colon);
  }
  if (column.empty()) return Bad(text, "names no column; write column:NAME");
  spec.column = column;
  return spec;
}

struct CodecName {
  std::string_view name;
  parquet::Codec codec;
  int level_max;  // 0: takes no level
};

constexpr CodecName kCodecs[] = {
    {"snappy", parquet::Codec::kSnappy, 0}, {"zstd", parquet::Codec::kZstd, 22},
    {"gzip", parquet::Codec::kGzip, 0},     {"lz4_raw", parquet::Codec::kLz4Raw, 0},
    {"none", parquet::Codec::kNone, 0},
};

Result<std::pair<std::string, std::string>> SplitAtLastEquals(std::string_view text,
                                                              std::string_view form) {
  const size_t equals = text.rfind('=');
  if (equals == text.npos || equals == 0 || equals + 1 == text.size()) {
    return Bad(text, "must have the form " + std::string(form));
  }
  return std::pair(std::string(text.substr(0, equals)), std::string(text.substr(equals + 1)));
}

}  // namespace

Result<uint64_t> ParseSize(std::string_view text) {
  const size_t digits = std::min(text.find_first_not_of("0123456789."), text.size());
  std::string unit(text.substr(digits));
  std::transform(unit.begin(), unit.end(), unit.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  unit.erase(0, std::min(unit.find_first_not_of(' '), unit.size()));
  const uint64_t factor = UnitFactor(unit);
  if (digits == 0 || factor == 0) return Bad(text, kSizeRemedy);
  if (const auto whole = ParseNumber<uint64_t>(text.substr(0, digits))) {
    if (*whole > UINT64_MAX / factor) return Bad(text, "is too large; the most is 16384 PiB");
    return *whole * factor;
  }
  const auto value = ParseNumber<double>(text.substr(0, digits));
  if (!value) return Bad(text, kSizeRemedy);
  const double bytes = *value * static_cast<double>(factor);
  if (bytes >= 0x1p63) return Bad(text, "is too large");
  return static_cast<uint64_t>(std::llround(bytes));
}

std::string FormatSize(uint64_t bytes) {
  constexpr std::string_view kUnits[] = {"TiB", "GiB", "MiB", "KiB"};
  for (size_t i = 0; i < std::size(kUnits); ++i) {
    const uint64_t unit = uint64_t{1} << (10 * (std::size(kUnits) - i));
    if (bytes != 0 && bytes % unit == 0) {
      return std::to_string(bytes / unit) + std::string(kUnits[i]);
    }
  }
  return std::to_string(bytes);
}

Result<int64_t> ParseDuration(std::string_view text) {
  if (text == "0") return int64_t{0};
  double total_us = 0;
  std::string_view rest = text;
  while (!rest.empty()) {
    const size_t digits = std::min(rest.find_first_not_of("0123456789."), rest.size());
    const auto value = ParseNumber<double>(rest.substr(0, digits));
    rest.remove_prefix(digits);
    const size_t letters = std::min(rest.find_first_of("0123456789."), rest.size());
    const int64_t unit_us = UnitMicros(rest.substr(0, letters));
    if (!value || unit_us == 0) return Bad(text, kDurationRemedy);
    total_us += *value * static_cast<double>(unit_us);
    rest.remove_prefix(letters);
  }
  if (text.empty()) return Bad(text, kDurationRemedy);
  if (total_us > kDurationMaxUs) return Bad(text, "is too long; the most is 36500d");
  return std::llround(total_us);
}

std::string FormatDuration(int64_t us) {
  if (us == 0) return "0";
  const DurationUnit* fits = &kDurationUnits[0];
  for (const DurationUnit& unit : kDurationUnits) {
    if (us % unit.us == 0) fits = &unit;
  }
  return std::to_string(us / fits->us) + std::string(fits->name);
}

Result<uint64_t> ParseCount(std::string_view text, uint64_t min, uint64_t max) {
  const auto value = ParseNumber<uint64_t>(text);
  if (value && *value >= min && *value <= max) return *value;
  return Bad(text,
             "is not a whole number from " + std::to_string(min) + " to " + std::to_string(max));
}

Result<MaxErrors> ParseMaxErrors(std::string_view text) {
  MaxErrors max;
  if (text.ends_with('%')) {
    max.percent = ParseNumber<double>(text.substr(0, text.size() - 1));
    if (!max.percent || !(*max.percent >= 0 && *max.percent <= 100)) {
      return Bad(text, "is not a percentage; write one from 0% to 100%, like 0.5%");
    }
    return max;
  }
  max.count = ParseNumber<uint64_t>(text);
  if (!max.count) return Bad(text, "is not a number of lines; write one like 100, or like 0.5%");
  return max;
}

Result<PartitionSpec> ParsePartition(std::string_view text) {
  PartitionSpec spec;
  if (text == "none") return spec;
  if (text == "filename-date") {
    spec.by = PartitionBy::kFilenameDate;
    return spec;
  }
  if (text == "arrival") {
    spec.by = PartitionBy::kArrival;
    return spec;
  }
  if (text.starts_with("column:")) return ParseColumnPartition(text, text.substr(7));
  return Bad(text, kPartitionRemedy);
}

Result<CompressionSpec> ParseCompression(std::string_view text) {
  const size_t colon = text.find(':');
  const std::string_view name = text.substr(0, colon);
  for (const CodecName& codec : kCodecs) {
    if (name != codec.name) continue;
    CompressionSpec spec{codec.codec, 0};
    if (colon == text.npos) return spec;
    if (codec.level_max == 0) return Bad(text, "takes no level; write " + std::string(name));
    const auto level = ParseNumber<int>(text.substr(colon + 1));
    if (!level || *level < 1 || *level > codec.level_max) {
      return Bad(text, "has a bad level; write one from 1 to " + std::to_string(codec.level_max));
    }
    spec.level = *level;
    return spec;
  }
  return Bad(text, "is not a compression; write snappy, zstd[:N], gzip, lz4_raw or none");
}

std::vector<std::string> SplitList(std::string_view text) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const size_t end = std::min(text.find(';'), text.size());
    if (end > 0) parts.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

Result<std::pair<std::string, std::string>> ParseRename(std::string_view text) {
  return SplitAtLastEquals(text, "OLD=NEW, like userId=user_id");
}

Result<std::pair<std::string, Field>> ParseCast(std::string_view text) {
  std::pair<std::string, std::string> parts;
  VARVE_ASSIGN_OR_RETURN(parts, SplitAtLastEquals(text, "COL=TYPE, like price=decimal(12,2)"));
  Field type;
  VARVE_ASSIGN_OR_RETURN(type, ParseTypeName(parts.second));
  return std::pair(std::move(parts.first), std::move(type));
}

Status CheckBatchName(std::string_view text) {
  const auto safe = [](unsigned char c) {
    return (c < 0x80 && std::isalnum(c) != 0) || c == '.' || c == '_' || c == '-';
  };
  if (text.size() <= 64 && !text.starts_with('.') && std::all_of(text.begin(), text.end(), safe)) {
    return Ok{};
  }
  return Bad(text, "cannot be part of a file name; use up to 64 letters, digits, '.', '_', '-'");
}

}  // namespace varve::cli
