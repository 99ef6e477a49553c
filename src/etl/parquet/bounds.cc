#include "etl/parquet/bounds.h"

#include <algorithm>
#include <cstring>
#include <string>

namespace varve::parquet {
namespace {

template <typename T>
std::string Plain(T value) {
  std::string bytes(sizeof(T), '\0');
  std::memcpy(bytes.data(), &value, sizeof(T));
  return bytes;
}

template <typename T>
T FromPlain(std::string_view bytes) {
  T value{};
  std::memcpy(&value, bytes.data(), std::min(bytes.size(), sizeof(T)));
  return value;
}

template <typename T>
int ComparePlain(std::string_view a, std::string_view b) {
  const T left = FromPlain<T>(a);
  const T right = FromPlain<T>(b);
  return left < right ? -1 : left > right ? 1 : 0;
}

int CompareDecimal(std::string_view a, std::string_view b) {
  const bool a_negative = !a.empty() && (a[0] & 0x80) != 0;
  const bool b_negative = !b.empty() && (b[0] & 0x80) != 0;
  if (a_negative != b_negative) return a_negative ? -1 : 1;
  return a.compare(b);  // same sign and length: two's complement orders like unsigned bytes
}

bool IsContinuation(char byte) { return (byte & 0xC0) == 0x80; }

// The longest prefix of at most kMaxBoundBytes that does not cut a character.
std::string_view Truncate(std::string_view text) {
  size_t size = kMaxBoundBytes;
  while (size > 0 && IsContinuation(text[size])) --size;
  return text.substr(0, size);
}

uint32_t DecodeCharacter(std::string_view character) {
  const uint8_t lead = static_cast<uint8_t>(character[0]);
  uint32_t code = character.size() == 1 ? lead : lead & (0x7FU >> character.size());
  for (const char byte : character.substr(1)) {
    code = code << 6 | (static_cast<uint8_t>(byte) & 0x3FU);
  }
  return code;
}

std::string EncodeCharacter(uint32_t code) {
  const auto tail = [code](unsigned shift) {
    return static_cast<char>(0x80 | (code >> shift & 0x3F));
  };
  if (code < 0x80) return {static_cast<char>(code)};
  if (code < 0x800) return {static_cast<char>(0xC0 | code >> 6), tail(0)};
  if (code < 0x10000) return {static_cast<char>(0xE0 | code >> 12), tail(6), tail(0)};
  return {static_cast<char>(0xF0 | code >> 18), tail(12), tail(6), tail(0)};
}

// The smallest string of whole characters above all that start with `prefix`; empty: there is none.
std::string RoundUp(std::string_view prefix) {
  while (!prefix.empty()) {
    size_t last = prefix.size() - 1;
    while (last > 0 && IsContinuation(prefix[last])) --last;
    uint32_t code = DecodeCharacter(prefix.substr(last)) + 1;
    if (code == 0xD800) code = 0xE000;  // surrogates are not characters
    prefix = prefix.substr(0, last);
    if (code > 0x10FFFF) continue;
    const std::string next = EncodeCharacter(code);
    if (last + next.size() <= kMaxBoundBytes) return std::string(prefix) + next;
  }
  return {};
}

}  // namespace

BoundOrder OrderOf(TypeKind kind) {
  switch (kind) {
    case TypeKind::kBool: return BoundOrder::kBool;
    case TypeKind::kDate: return BoundOrder::kInt32;
    case TypeKind::kInt64:
    case TypeKind::kTimestampUtc:
    case TypeKind::kTimestampLocal: return BoundOrder::kInt64;
    case TypeKind::kDouble: return BoundOrder::kDouble;
    case TypeKind::kDecimal: return BoundOrder::kDecimal;
    case TypeKind::kUnknown:
    case TypeKind::kString:
    case TypeKind::kJson:
    case TypeKind::kStruct:
    case TypeKind::kList:
    case TypeKind::kMap: break;
  }
  return BoundOrder::kBytes;
}

int CompareBounds(BoundOrder order, std::string_view a, std::string_view b) {
  switch (order) {
    case BoundOrder::kBool:
    case BoundOrder::kBytes: return a.compare(b);  // char_traits compares as unsigned bytes
    case BoundOrder::kInt32: return ComparePlain<int32_t>(a, b);
    case BoundOrder::kInt64: return ComparePlain<int64_t>(a, b);
    case BoundOrder::kDouble: return ComparePlain<double>(a, b);
    case BoundOrder::kDecimal: return CompareDecimal(a, b);
  }
  return 0;
}

Bounds BoolBounds(bool min, bool max) {
  return {.min = Plain<uint8_t>(min), .max = Plain<uint8_t>(max)};
}

Bounds Int32Bounds(int32_t min, int32_t max) { return {.min = Plain(min), .max = Plain(max)}; }

Bounds Int64Bounds(int64_t min, int64_t max) { return {.min = Plain(min), .max = Plain(max)}; }

Bounds DoubleBounds(double min, double max) {
  return {.min = Plain(min == 0 ? -0.0 : min), .max = Plain(max == 0 ? 0.0 : max)};
}

Bounds DecimalBounds(std::string_view min, std::string_view max) {
  return {.min = std::string(min), .max = std::string(max)};
}

Bounds StringBounds(std::string_view min, std::string_view max) {
  Bounds bounds;
  bounds.min_exact = min.size() <= kMaxBoundBytes;
  bounds.min = bounds.min_exact ? min : Truncate(min);
  bounds.max_exact = max.size() <= kMaxBoundBytes;
  bounds.max = bounds.max_exact ? std::string(max) : RoundUp(Truncate(max));
  bounds.has_max = bounds.max_exact || !bounds.max.empty();
  return bounds;
}

void MergeBounds(BoundOrder order, const Bounds& other, Bounds* into) {
  const int min_order = CompareBounds(order, other.min, into->min);
  if (min_order < 0) {
    into->min = other.min;
    into->min_exact = other.min_exact;
  } else if (min_order == 0) {
    into->min_exact |= other.min_exact;
  }
  if (!into->has_max || !other.has_max) {
    into->has_max = false;
    into->max.clear();
    into->max_exact = false;
    return;
  }
  const int max_order = CompareBounds(order, other.max, into->max);
  if (max_order > 0) {
    into->max = other.max;
    into->max_exact = other.max_exact;
  } else if (max_order == 0) {
    into->max_exact |= other.max_exact;
  }
}

}  // namespace varve::parquet
