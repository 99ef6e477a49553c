#include "cli/parquet_value.h"

#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstring>

namespace varve::cli {
namespace {

using nlohmann::ordered_json;
using parquet::LogicalKind;
using parquet::PhysicalType;
using parquet::SchemaElement;
using parquet::TimeUnit;

std::string Hex(std::string_view bytes) {
  std::string text = "0x";
  for (const char c : bytes) text += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return text;
}

template <typename T>
T Load(std::string_view bytes) {
  T value;
  std::memcpy(&value, bytes.data(), sizeof(T));
  return value;
}

std::string UnitName(TimeUnit unit) {
  switch (unit) {
    case TimeUnit::kMillis: return "ms";
    case TimeUnit::kMicros: return "us";
    case TimeUnit::kNanos: return "ns";
  }
  return "?";
}

std::string LogicalText(const parquet::LogicalType& type) {
  switch (type.kind) {
    case LogicalKind::kString: return "string";
    case LogicalKind::kMap: return "map";
    case LogicalKind::kList: return "list";
    case LogicalKind::kEnum: return "enum";
    case LogicalKind::kDecimal: return fmt::format("decimal({},{})", type.precision, type.scale);
    case LogicalKind::kDate: return "date";
    case LogicalKind::kTime: return fmt::format("time[{}]", UnitName(type.unit));
    case LogicalKind::kTimestamp:
      return fmt::format("timestamp[{}{}]", UnitName(type.unit),
                         type.is_adjusted_to_utc ? ", UTC" : "");
    case LogicalKind::kInteger:
      return fmt::format("{}int{}", type.is_signed ? "" : "u", type.bit_width);
    case LogicalKind::kUnknown: return "null";
    case LogicalKind::kJson: return "json";
    case LogicalKind::kBson: return "bson";
    case LogicalKind::kUuid: return "uuid";
    case LogicalKind::kFloat16: return "float16";
  }
  return fmt::format("logical type {}", static_cast<int>(type.kind));
}

// Files of older writers carry only the converted type.
LogicalKind KindOf(const SchemaElement& element) {
  if (element.logical_type) return element.logical_type->kind;
  switch (element.converted_type.value_or(-1)) {
    case parquet::converted_type::kUtf8: return LogicalKind::kString;
    case parquet::converted_type::kDecimal: return LogicalKind::kDecimal;
    case parquet::converted_type::kDate: return LogicalKind::kDate;
    case parquet::converted_type::kTimestampMicros: return LogicalKind::kTimestamp;
    case parquet::converted_type::kJson: return LogicalKind::kJson;
    default: return LogicalKind::kUnknown;
  }
}

std::string DateText(int64_t days) {
  constexpr int64_t kDaysMax = 10'000'000;  // beyond what a calendar year can hold
  if (days > kDaysMax || days < -kDaysMax) return fmt::format("day {}", days);
  const std::chrono::year_month_day date{
      std::chrono::sys_days{std::chrono::days{static_cast<int>(days)}}};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}

int64_t TicksPerSecond(TimeUnit unit) {
  if (unit == TimeUnit::kMillis) return 1'000;
  return unit == TimeUnit::kNanos ? 1'000'000'000 : 1'000'000;
}

std::string TimestampText(const SchemaElement& element, int64_t ticks) {
  const auto logical = element.logical_type.value_or(
      parquet::LogicalType{.kind = LogicalKind::kTimestamp, .is_adjusted_to_utc = true});
  const int64_t per_second = TicksPerSecond(logical.unit);
  const int64_t fraction = (ticks % per_second + per_second) % per_second;
  const int64_t seconds = (ticks - fraction) / per_second;
  const int64_t second_of_day = (seconds % 86'400 + 86'400) % 86'400;
  std::string text =
      fmt::format("{}T{:02}:{:02}:{:02}", DateText((seconds - second_of_day) / 86'400),
                  second_of_day / 3600, second_of_day / 60 % 60, second_of_day % 60);
  if (fraction != 0) {
    text += fmt::format(".{:0{}}", fraction, std::to_string(per_second).size() - 1);
    text.erase(text.find_last_not_of('0') + 1);
  }
  return logical.is_adjusted_to_utc ? text + "Z" : text;
}

std::string DecimalText(__int128 unscaled, int scale) {
  const bool negative = unscaled < 0;
  auto rest = static_cast<unsigned __int128>(unscaled);
  if (negative) rest = -rest;
  std::string digits;
  do {
    digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(rest % 10)));
    rest /= 10;
  } while (rest != 0);
  if (scale > 0 && scale <= 76) {
    const auto places = static_cast<size_t>(scale);
    if (digits.size() <= places) digits.insert(0, places + 1 - digits.size(), '0');
    digits.insert(digits.size() - places, ".");
  }
  return (negative ? "-" : "") + digits;
}

__int128 BigEndian(std::string_view bytes) {
  unsigned __int128 value =
      !bytes.empty() && (bytes[0] & 0x80) != 0 ? ~static_cast<unsigned __int128>(0) : 0;
  for (const char c : bytes) value = value << 8 | static_cast<unsigned char>(c);
  return static_cast<__int128>(value);
}

int ScaleOf(const SchemaElement& element) {
  return element.logical_type ? element.logical_type->scale : element.scale;
}

ordered_json IntegerJson(const SchemaElement& element, int64_t value, uint64_t as_unsigned) {
  switch (KindOf(element)) {
    case LogicalKind::kDate: return DateText(value);
    case LogicalKind::kTimestamp: return TimestampText(element, value);
    case LogicalKind::kDecimal: return DecimalText(value, ScaleOf(element));
    case LogicalKind::kInteger:
      if (!element.logical_type->is_signed) return as_unsigned;
      return value;
    default: return value;
  }
}

ordered_json FloatJson(double value) {
  if (!std::isfinite(value)) return fmt::format("{}", value);
  return value;
}

ordered_json BytesJson(const SchemaElement& element, std::string_view bytes) {
  switch (KindOf(element)) {
    case LogicalKind::kString:
    case LogicalKind::kEnum:
    case LogicalKind::kJson: return std::string(bytes);
    case LogicalKind::kDecimal:
      if (bytes.size() <= 16) return DecimalText(BigEndian(bytes), ScaleOf(element));
      return Hex(bytes);
    default: return Hex(bytes);
  }
}

size_t FixedWidth(PhysicalType type) {
  switch (type) {
    case PhysicalType::kBoolean: return 1;
    case PhysicalType::kInt32:
    case PhysicalType::kFloat: return 4;
    case PhysicalType::kInt64:
    case PhysicalType::kDouble: return 8;
    default: return 0;
  }
}

}  // namespace

std::string ParquetTypeText(const SchemaElement& element) {
  if (!element.type) return element.logical_type ? LogicalText(*element.logical_type) : "group";
  std::string text = parquet::PhysicalTypeName(*element.type);
  if (*element.type == PhysicalType::kFixedLenByteArray) {
    text += fmt::format("({})", element.type_length);
  }
  if (element.logical_type) return text + " " + LogicalText(*element.logical_type);
  const LogicalKind kind = KindOf(element);
  if (kind == LogicalKind::kDecimal) {
    return text + fmt::format(" decimal({},{})", element.precision, element.scale);
  }
  if (kind == LogicalKind::kTimestamp) return text + " timestamp[us, UTC]";
  return kind == LogicalKind::kUnknown ? text : text + " " + LogicalText({.kind = kind});
}

ordered_json ParquetValueJson(const SchemaElement& element, std::string_view bytes) {
  const PhysicalType type = element.type.value_or(PhysicalType::kByteArray);
  if (const size_t width = FixedWidth(type); width != 0 && bytes.size() != width) return Hex(bytes);
  switch (type) {
    case PhysicalType::kBoolean: return bytes[0] != 0;
    case PhysicalType::kInt32:
      return IntegerJson(element, Load<int32_t>(bytes), Load<uint32_t>(bytes));
    case PhysicalType::kInt64:
      return IntegerJson(element, Load<int64_t>(bytes), Load<uint64_t>(bytes));
    case PhysicalType::kFloat: return FloatJson(Load<float>(bytes));
    case PhysicalType::kDouble: return FloatJson(Load<double>(bytes));
    case PhysicalType::kInt96: return Hex(bytes);
    case PhysicalType::kByteArray:
    case PhysicalType::kFixedLenByteArray: return BytesJson(element, bytes);
  }
  return Hex(bytes);
}

std::string ParquetValueText(const SchemaElement& element, std::string_view bytes) {
  const ordered_json value = ParquetValueJson(element, bytes);
  if (value.is_string()) return value.get<std::string>();
  return value.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

}  // namespace varve::cli
