#include "etl/encode/bit_pack.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "etl/encode/testing/simd_levels.h"

namespace varve {
namespace {

template <typename T>
std::vector<T> RandomValues(size_t count, int bit_width, uint32_t seed) {
  std::mt19937_64 random(seed);
  std::vector<T> values(count);
  for (T& value : values) {
    value = static_cast<T>(random() & ((uint64_t{1} << bit_width) - 1));
  }
  return values;
}

// The definition, bit by bit.
template <typename T>
std::vector<uint8_t> PackByDefinition(const std::vector<T>& values, int bit_width) {
  const size_t width = static_cast<size_t>(bit_width);
  std::vector<uint8_t> packed((values.size() * width + 7) / 8);
  for (size_t i = 0; i < values.size(); ++i) {
    for (size_t bit = 0; bit < width; ++bit) {
      if ((values[i] >> bit & 1) == 0) continue;
      const size_t at = i * width + bit;
      packed[at / 8] = static_cast<uint8_t>(packed[at / 8] | 1 << (at % 8));
    }
  }
  return packed;
}

template <typename T>
void CheckEveryLevel(int max_width) {
  for (int width = 1; width <= max_width; ++width) {
    for (const size_t groups : {size_t{1}, size_t{3}, size_t{4}, size_t{7}, size_t{133}}) {
      const auto values = RandomValues<T>(groups * 8, width, static_cast<uint32_t>(width));
      const auto expected = PackByDefinition(values, width);
      for (const SimdLevel level : SupportedSimdLevels()) {
        std::vector<uint8_t> packed(expected.size() + kBitPackSlackBytes);
        BitPack(values.data(), groups, width, packed.data(), level);
        packed.resize(expected.size());
        EXPECT_EQ(packed, expected)
            << "width " << width << ", groups " << groups << ", " << SimdLevelName(level);
      }
      std::vector<uint32_t> unpacked(values.size());
      BitUnpack(expected.data(), values.size(), width, unpacked.data());
      EXPECT_EQ(std::vector<T>(unpacked.begin(), unpacked.end()), values) << "width " << width;
    }
  }
}

TEST(BitPackTest, SixteenBitValuesAtEveryWidthAndLevel) { CheckEveryLevel<uint16_t>(16); }

TEST(BitPackTest, ThirtyTwoBitValuesAtEveryWidthAndLevel) { CheckEveryLevel<uint32_t>(32); }

TEST(BitPackTest, FindsTheFirstUniformGroup) {
  for (const SimdLevel level : SupportedSimdLevels()) {
    for (size_t uniform = 0; uniform <= 13; ++uniform) {
      std::vector<uint16_t> values(13 * 8);
      for (size_t i = 0; i < values.size(); ++i) {
        values[i] = i / 8 == uniform ? 500 : static_cast<uint16_t>(i % 8 == 7 ? 501 : 500);
      }
      EXPECT_EQ(FindUniformGroup(values.data(), 13, level), uniform) << SimdLevelName(level);
      const std::vector<uint32_t> wide(values.begin(), values.end());
      EXPECT_EQ(FindUniformGroup(wide.data(), 13, level), uniform) << SimdLevelName(level);
    }
  }
}

TEST(BitPackTest, MeasuresRuns) {
  for (const SimdLevel level : SupportedSimdLevels()) {
    for (size_t run = 1; run <= 40; ++run) {
      std::vector<uint16_t> values(run, 7);
      EXPECT_EQ(RunLength(values.data(), values.size(), level), run);
      values.push_back(263);  // the same low byte
      values.push_back(7);
      EXPECT_EQ(RunLength(values.data(), values.size(), level), run) << SimdLevelName(level);
    }
  }
}

}  // namespace
}  // namespace varve
