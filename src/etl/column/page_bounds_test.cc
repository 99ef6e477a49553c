#include "etl/column/page_bounds.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <random>
#include <string>

#include "etl/parquet/bounds.h"

namespace varve {
namespace {

void ExpectSame(const std::optional<parquet::Bounds>& actual, const parquet::Bounds& expected) {
  ASSERT_TRUE(actual.has_value());
  EXPECT_EQ(actual->min, expected.min);
  EXPECT_EQ(actual->max, expected.max);
  EXPECT_EQ(actual->min_exact, expected.min_exact);
  EXPECT_EQ(actual->max_exact, expected.max_exact);
  EXPECT_EQ(actual->has_max, expected.has_max);
}

// Both forms of a page: plain, and indexed through a dictionary that holds other values too.
template <typename T>
void Check(TypeKind kind, const std::vector<T>& values, const T& low, const T& high,
           const parquet::Bounds& expected) {
  Buffer plain;
  TokenDictionary dictionary;
  std::vector<uint16_t> indices;
  dictionary.values().AppendValue(low);  // not referred to
  dictionary.AddValue(0);
  for (const T& value : values) {
    plain.AppendValue(value);
    dictionary.values().AppendValue(value);
    indices.push_back(static_cast<uint16_t>(dictionary.AddValue(0)));
  }
  dictionary.values().AppendValue(high);
  dictionary.AddValue(0);
  std::shuffle(indices.begin(), indices.end(), std::mt19937(1));
  std::vector<uint8_t> used;
  ExpectSame(PlainBounds(kind, sizeof(T), plain.bytes()), expected);
  ExpectSame(IndexedBounds(kind, sizeof(T), dictionary, indices, &used), expected);
}

TEST(PageBoundsTest, NumbersAsMinMax) {
  std::mt19937_64 random(1);
  for (int round = 0; round < 200; ++round) {
    const size_t count = 1 + random() % 40;
    std::vector<int64_t> longs;
    std::vector<int32_t> days;
    std::vector<double> doubles;
    for (size_t i = 0; i < count; ++i) {
      longs.push_back(static_cast<int64_t>(random()) >> (random() % 64));
      days.push_back(static_cast<int32_t>(random()));
      doubles.push_back(static_cast<double>(static_cast<int64_t>(random())) / 1e9);
    }
    const auto [low, high] = std::minmax_element(longs.begin(), longs.end());
    Check<int64_t>(TypeKind::kInt64, longs, INT64_MIN, INT64_MAX,
                   parquet::Int64Bounds(*low, *high));
    Check<int64_t>(TypeKind::kTimestampUtc, longs, INT64_MIN, INT64_MAX,
                   parquet::Int64Bounds(*low, *high));
    const auto [first, last] = std::minmax_element(days.begin(), days.end());
    Check<int32_t>(TypeKind::kDate, days, INT32_MIN, INT32_MAX,
                   parquet::Int32Bounds(*first, *last));
    const auto [least, most] = std::minmax_element(doubles.begin(), doubles.end());
    Check<double>(TypeKind::kDouble, doubles, -1e300, 1e300, parquet::DoubleBounds(*least, *most));
  }
}

TEST(PageBoundsTest, Bools) {
  Check<uint8_t>(TypeKind::kBool, {1, 1}, 0, 1, parquet::BoolBounds(true, true));
  Check<uint8_t>(TypeKind::kBool, {1, 0}, 0, 1, parquet::BoolBounds(false, true));
}

TEST(PageBoundsTest, StringsByUnsignedBytes) {
  std::mt19937_64 random(2);
  for (int round = 0; round < 2'000; ++round) {
    std::vector<std::string> values(1 + random() % 8);
    for (std::string& value : values) {
      // Long common beginnings, zero bytes and bytes beyond 127.
      value.assign(random() % 2 == 0 ? 0 : 7 + random() % 3, 'a');
      for (size_t i = random() % 4; i > 0; --i) {
        value += std::string_view("\0a\x7F\xC3\xA9", 5).substr(0, random() % 3 == 0 ? 5 : 3);
      }
    }
    Buffer plain;
    TokenDictionary dictionary;
    std::vector<uint16_t> indices;
    for (const std::string& value : values) {
      plain.AppendValue(static_cast<uint32_t>(value.size()));
      plain.Append(value);
      dictionary.values().AppendValue(static_cast<uint32_t>(value.size()));
      dictionary.values().Append(value);
      indices.push_back(static_cast<uint16_t>(dictionary.AddValue(0)));
    }
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    const parquet::Bounds expected = parquet::StringBounds(*low, *high);
    std::vector<uint8_t> used;
    ExpectSame(PlainBounds(TypeKind::kString, 0, plain.bytes()), expected);
    ExpectSame(IndexedBounds(TypeKind::kString, 0, dictionary, indices, &used), expected);
  }
}

TEST(PageBoundsTest, DecimalsBySign) {
  Buffer plain;
  for (const char* value : {"\x01\x00", "\xFF\xFF", "\x00\x05", "\x80\x00"}) plain.Append(value, 2);
  const std::optional<parquet::Bounds> bounds = PlainBounds(TypeKind::kDecimal, 2, plain.bytes());
  ASSERT_TRUE(bounds.has_value());
  EXPECT_EQ(bounds->min, std::string("\x80\x00", 2));
  EXPECT_EQ(bounds->max, std::string("\x01\x00", 2));
}

TEST(PageBoundsTest, NoValuesNoBounds) {
  std::vector<uint8_t> used;
  EXPECT_FALSE(PlainBounds(TypeKind::kString, 0, {}).has_value());
  EXPECT_FALSE(PlainBounds(TypeKind::kInt64, 8, {}).has_value());
  EXPECT_FALSE(IndexedBounds(TypeKind::kInt64, 8, TokenDictionary(), {}, &used).has_value());
}

}  // namespace
}  // namespace varve
