#include "etl/column/page_bounds.h"

#include <algorithm>
#include <cstring>
#include <string_view>

#include "etl/parquet/bounds.h"

namespace varve {
namespace {

template <typename T>
T Load(const uint8_t* p) {
  T value;
  std::memcpy(&value, p, sizeof(T));
  return value;
}

// Keeps the extremes of strings. Comparing 8-byte big-endian prefixes first settles nearly every
// value with one integer comparison each way.
class StringExtremes {
 public:
  void Add(std::string_view value) {
    const uint64_t prefix = Prefix(value);
    if (empty_) {
      min_ = max_ = value;
      min_prefix_ = max_prefix_ = prefix;
      empty_ = false;
      return;
    }
    if (prefix <= min_prefix_ && (prefix < min_prefix_ || value < min_)) {
      min_ = value;
      min_prefix_ = prefix;
    }
    if (prefix >= max_prefix_ && (prefix > max_prefix_ || value > max_)) {
      max_ = value;
      max_prefix_ = prefix;
    }
  }
  std::optional<parquet::Bounds> Bounds() const {
    if (empty_) return std::nullopt;
    return parquet::StringBounds(min_, max_);
  }

 private:
  static uint64_t Prefix(std::string_view value) {
    uint64_t bytes = 0;
    if (value.size() >= 8) [[likely]] {
      std::memcpy(&bytes, value.data(), 8);
    } else {
      std::memcpy(&bytes, value.data(), value.size());
    }
    return __builtin_bswap64(bytes);
  }

  bool empty_ = true;
  std::string_view min_;
  std::string_view max_;
  uint64_t min_prefix_ = 0;
  uint64_t max_prefix_ = 0;
};

template <typename T>
std::pair<T, T> Extremes(const uint8_t* values, size_t count) {
  T low = Load<T>(values);
  T high = low;
  for (size_t i = 1; i < count; ++i) {
    const T value = Load<T>(values + i * sizeof(T));
    low = value < low ? value : low;
    high = value > high ? value : high;
  }
  return {low, high};
}

std::pair<std::string_view, std::string_view> DecimalExtremes(const uint8_t* values, size_t width,
                                                              size_t count) {
  const auto at = [&](size_t i) {
    return std::string_view(reinterpret_cast<const char*>(values) + i * width, width);
  };
  std::pair<std::string_view, std::string_view> extremes(at(0), at(0));
  for (size_t i = 1; i < count; ++i) {
    using parquet::BoundOrder;
    if (parquet::CompareBounds(BoundOrder::kDecimal, at(i), extremes.first) < 0) {
      extremes.first = at(i);
    }
    if (parquet::CompareBounds(BoundOrder::kDecimal, at(i), extremes.second) > 0) {
      extremes.second = at(i);
    }
  }
  return extremes;
}

parquet::Bounds FixedBounds(TypeKind kind, uint32_t width, const uint8_t* values, size_t count) {
  switch (kind) {
    case TypeKind::kBool: {
      const auto [low, high] = Extremes<uint8_t>(values, count);
      return parquet::BoolBounds(low != 0, high != 0);
    }
    case TypeKind::kDate: {
      const auto [low, high] = Extremes<int32_t>(values, count);
      return parquet::Int32Bounds(low, high);
    }
    case TypeKind::kDouble: {
      const auto [low, high] = Extremes<double>(values, count);
      return parquet::DoubleBounds(low, high);
    }
    case TypeKind::kDecimal: {
      const auto [low, high] = DecimalExtremes(values, width, count);
      return parquet::DecimalBounds(low, high);
    }
    default: {
      const auto [low, high] = Extremes<int64_t>(values, count);
      return parquet::Int64Bounds(low, high);
    }
  }
}

// Sets (*used)[i] to 1 for every index i.
void MarkUsed(std::span<const uint16_t> indices, std::vector<uint8_t>* used) {
  // Few entries are soon seen, every one of them.
  constexpr size_t kStep = 512;
  const bool may_end_early = used->size() <= kStep;
  while (!indices.empty()) {
    const size_t count = may_end_early ? std::min(kStep, indices.size()) : indices.size();
    for (const uint16_t index : indices.first(count)) (*used)[index] = 1;
    indices = indices.subspan(count);
    if (may_end_early && std::memchr(used->data(), 0, used->size()) == nullptr) return;
  }
}

}  // namespace

std::optional<parquet::Bounds> PlainBounds(TypeKind kind, uint32_t value_bytes,
                                           std::span<const uint8_t> plain) {
  if (plain.empty()) return std::nullopt;
  if (value_bytes != 0) {
    return FixedBounds(kind, value_bytes, plain.data(), plain.size() / value_bytes);
  }
  StringExtremes extremes;
  for (size_t at = 0; at < plain.size();) {
    const uint32_t length = Load<uint32_t>(plain.data() + at);
    extremes.Add({reinterpret_cast<const char*>(plain.data()) + at + 4, length});
    at += 4 + length;
  }
  return extremes.Bounds();
}

std::optional<parquet::Bounds> IndexedBounds(TypeKind kind, uint32_t value_bytes,
                                             const TokenDictionary& dictionary,
                                             std::span<const uint16_t> indices,
                                             std::vector<uint8_t>* used) {
  if (indices.empty()) return std::nullopt;
  used->assign(dictionary.size(), 0);
  MarkUsed(indices, used);
  const uint8_t* values = dictionary.values().data();
  if (value_bytes == 0) {
    StringExtremes extremes;
    for (uint32_t i = 0; i < used->size(); ++i) {
      if ((*used)[i] == 0) continue;
      const uint32_t begin = dictionary.ValueBegin(i) + 4;
      extremes.Add({reinterpret_cast<const char*>(values) + begin, dictionary.ValueEnd(i) - begin});
    }
    return extremes.Bounds();
  }
  Buffer chosen;
  for (uint32_t i = 0; i < used->size(); ++i) {
    if ((*used)[i] == 0) continue;
    if (value_bytes == 8) {
      chosen.AppendValue(Load<uint64_t>(values + size_t{i} * 8));
    } else {
      chosen.Append(values + size_t{i} * value_bytes, value_bytes);
    }
  }
  return FixedBounds(kind, value_bytes, chosen.data(), chosen.size() / value_bytes);
}

}  // namespace varve
