#include "etl/encode/rle_hybrid.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

#include "etl/encode/testing/simd_levels.h"

namespace varve {
namespace {

using Bytes = std::vector<uint8_t>;

Bytes ToBytes(const Buffer& buffer) { return Bytes(buffer.data(), buffer.data() + buffer.size()); }

template <typename T>
Bytes Encode(const std::vector<T>& values, int bit_width, SimdLevel level = SimdLevel::kScalar,
             uint32_t patience = 1) {
  Buffer out;
  AppendRleHybrid(values.data(), values.size(), bit_width, patience, &out, level);
  return ToBytes(out);
}

std::vector<uint32_t> Decode(const Bytes& bytes, int bit_width, size_t count) {
  std::vector<uint32_t> values(count);
  const Result<size_t> used = DecodeRleHybrid(bytes, bit_width, count, values.data());
  EXPECT_TRUE(used.ok()) << used.error().message;
  EXPECT_EQ(used.ok() ? *used : 0, bytes.size());
  return values;
}

// Runs of all lengths around the thresholds, mixed with noise.
template <typename T>
rc::Gen<std::vector<T>> RunnyValues(int bit_width) {
  const uint64_t limit = bit_width == 0 ? 1 : uint64_t{1} << bit_width;
  const auto piece = rc::gen::apply(
      [limit](uint64_t seed, size_t count, bool repeat) {
        std::vector<T> values;
        for (size_t i = 0; i < count; ++i) {
          values.push_back(static_cast<T>(seed % limit));
          if (!repeat) seed = seed * 6364136223846793005U + 1442695040888963407U;
          if (!repeat) seed ^= seed >> 29;
        }
        return values;
      },
      rc::gen::arbitrary<uint64_t>(), rc::gen::inRange<size_t>(0, 70), rc::gen::arbitrary<bool>());
  return rc::gen::map(rc::gen::container<std::vector<std::vector<T>>>(piece),
                      [](const std::vector<std::vector<T>>& pieces) {
                        std::vector<T> all;
                        for (const auto& values : pieces) {
                          all.insert(all.end(), values.begin(), values.end());
                        }
                        return all;
                      });
}

TEST(RleHybridTest, SpecificationExample) {
  // Encodings.md: 0..7 at width 3 packs to 10001000 11000110 11111010.
  EXPECT_EQ(Encode<uint16_t>({0, 1, 2, 3, 4, 5, 6, 7}, 3), (Bytes{0x03, 0x88, 0xC6, 0xFA}));
}

TEST(RleHybridTest, LongRepeatIsOneRun) {
  EXPECT_EQ(Encode(std::vector<uint16_t>(1000, 300), 9), (Bytes{0xD0, 0x0F, 0x2C, 0x01}));
  EXPECT_EQ(Encode(std::vector<uint32_t>(20, 0), 0), (Bytes{40}));
  EXPECT_EQ(Encode(std::vector<uint16_t>{}, 5), Bytes{});
}

TEST(RleHybridTest, RepeatThatSavesNothingStaysPacked) {
  std::vector<uint16_t> values;
  for (uint16_t i = 0; i < 8; ++i) values.push_back(i % 2);
  values.insert(values.end(), 16, 1);
  for (uint16_t i = 0; i < 8; ++i) values.push_back(i % 2);
  EXPECT_EQ(Encode(values, 1), (Bytes{4 << 1 | 1, 0xAA, 0xFF, 0xFF, 0xAA}));
}

TEST(RleHybridTest, PatienceKeepsShortRepeatsPacked) {
  std::vector<uint16_t> values(64, 1);
  const Bytes packed = Encode(values, 4, SimdLevel::kScalar, 9);
  EXPECT_EQ(packed.size(), 1 + 32u);
  EXPECT_EQ(Decode(packed, 4, 64), std::vector<uint32_t>(64, 1));
  EXPECT_EQ(Encode(values, 4, SimdLevel::kScalar, 8), (Bytes{0x80, 0x01, 1}));
}

RC_GTEST_PROP(RleHybridPropertyTest, SixteenBitRoundTripSameBytesAtEveryLevel, ()) {
  const int width = *rc::gen::inRange(0, 17);
  const auto values = *RunnyValues<uint16_t>(width);
  const Bytes expected = Encode(values, width);
  const auto decoded = Decode(expected, width, values.size());
  RC_ASSERT(std::vector<uint16_t>(decoded.begin(), decoded.end()) == values);
  for (const SimdLevel level : SupportedSimdLevels()) {
    RC_ASSERT(Encode(values, width, level) == expected);
  }
}

RC_GTEST_PROP(RleHybridPropertyTest, ThirtyTwoBitRoundTripSameBytesAtEveryLevel, ()) {
  const int width = *rc::gen::inRange(0, 33);
  const auto values = *RunnyValues<uint32_t>(width);
  const Bytes expected = Encode(values, width);
  RC_ASSERT(Decode(expected, width, values.size()) == values);
  for (const SimdLevel level : SupportedSimdLevels()) {
    RC_ASSERT(Encode(values, width, level) == expected);
  }
}

RC_GTEST_PROP(RleHybridPropertyTest, NeverMuchLargerThanPacked, ()) {
  const int width = *rc::gen::inRange(1, 17);
  const auto values = *RunnyValues<uint16_t>(width);
  const size_t packed = (values.size() + 7) / 8 * static_cast<size_t>(width);
  RC_ASSERT(Encode(values, width).size() <= packed + 6);
}

RC_GTEST_PROP(LevelRunEncoderPropertyTest, RoundTripsRuns, ()) {
  const int width = *rc::gen::inRange(0, LevelRunEncoder::kMaxBitWidth + 1);
  const auto runs = *rc::gen::container<std::vector<std::pair<uint8_t, uint16_t>>>(rc::gen::pair(
      rc::gen::arbitrary<uint8_t>(),
      rc::gen::oneOf(rc::gen::inRange<uint16_t>(0, 12), rc::gen::inRange<uint16_t>(0, 1000))));
  Buffer out;
  out.Append("before");
  LevelRunEncoder encoder(width, &out);
  std::vector<uint32_t> expected;
  for (int round = 0; round < 2; ++round) {  // the second stream proves that Finish resets
    const size_t begin = out.size();
    expected.clear();
    for (const auto& [seed, count] : runs) {
      const uint32_t level = seed & ((1U << width) - 1);
      encoder.Add(level, count);
      expected.insert(expected.end(), count, level);
    }
    encoder.Finish();
    RC_ASSERT(Decode(Bytes(out.data() + begin, out.data() + out.size()), width, expected.size()) ==
              expected);
  }
  RC_ASSERT(out.view().substr(0, 6) == "before");
}

TEST(LevelRunEncoderTest, LongRunsCostNoMoreThanTheirHeader) {
  Buffer out;
  LevelRunEncoder encoder(2, &out);
  encoder.Add(3, uint64_t{1} << 31);
  encoder.Add(1, 1'000'000);
  encoder.Finish();
  EXPECT_LT(out.size(), 20U);
}

TEST(LevelRunEncoderTest, LongLiteralRunsGetALongHeader) {
  Buffer out;
  LevelRunEncoder encoder(1, &out);
  std::vector<uint32_t> expected;
  for (uint32_t i = 0; i < 80'000; ++i) {
    encoder.Add(i & 1, 1);
    expected.push_back(i & 1);
  }
  encoder.Finish();
  EXPECT_EQ(out.size(), 10'000U + 3);
  EXPECT_EQ(Decode(ToBytes(out), 1, expected.size()), expected);
}

TEST(DecodeRleHybridTest, RefusesEveryCutAndOversizedValues) {
  std::vector<uint16_t> values(100, 5);
  for (uint16_t i = 0; i < 64; ++i) values.push_back(i % 7);
  const Bytes bytes = Encode(values, 3);
  std::vector<uint32_t> out(values.size());
  for (size_t size = 0; size < bytes.size(); ++size) {
    const auto cut = std::span(bytes).first(size);
    EXPECT_FALSE(DecodeRleHybrid(cut, 3, values.size(), out.data()).ok()) << size;
  }
  const Result<size_t> large = DecodeRleHybrid(Bytes{2, 9}, 3, 1, out.data());
  ASSERT_FALSE(large.ok());
  EXPECT_EQ(large.error().code, Code::kCorrupt);
  const Bytes endless_header(10, 0x80);
  EXPECT_FALSE(DecodeRleHybrid(endless_header, 3, 1, out.data()).ok());
}

RC_GTEST_PROP(DecodeRleHybridPropertyTest, SurvivesGarbage, (const Bytes& garbage)) {
  std::vector<uint32_t> out(500);
  const int width = *rc::gen::inRange(0, 33);
  const Result<size_t> used = DecodeRleHybrid(garbage, width, out.size(), out.data());
  const bool in_bounds = !used.ok() || *used <= garbage.size();
  RC_ASSERT(in_bounds);
}

}  // namespace
}  // namespace varve
