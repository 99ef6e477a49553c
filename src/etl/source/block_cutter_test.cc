#include "etl/source/block_cutter.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "etl/source/memory_stream.h"

namespace varve {
namespace {

struct Cut {
  std::string text;
  uint64_t offset = 0;
  bool oversized = false;
  uint64_t line_bytes = 0;
};

std::vector<Cut> CutAll(std::string_view text, BlockCutter::Range range, size_t block_bytes,
                        uint64_t line_bytes_max = 1 << 20, size_t step = SIZE_MAX) {
  MemoryStream stream(text.substr(BlockCutter::StreamOffset(range)), step);
  BlockCutter cutter(&stream, 7, range, block_bytes, line_bytes_max);
  Buffer buffer;
  Block block;
  std::vector<Cut> cuts;
  for (;;) {
    auto more = cutter.Next(&buffer, &block);
    EXPECT_TRUE(more.ok());
    if (!*more) break;
    EXPECT_EQ(block.file, 7u);
    for (size_t i = 0; i < kBlockPadding; ++i) EXPECT_EQ(block.data[block.size + i], '\n');
    cuts.push_back(
        {{block.data, block.size}, block.file_offset, block.oversized, block.line_bytes});
  }
  auto again = cutter.Next(&buffer, &block);
  EXPECT_TRUE(again.ok() && !*again);
  return cuts;
}

std::string Text(const std::vector<Cut>& cuts) {
  std::string text;
  for (const Cut& cut : cuts) text += cut.text;
  return text;
}

TEST(BlockCutter, BlocksAreWholeLinesAndTile) {
  const std::string text = "a\n\nbb\r\n" + std::string(50, 'c') + "\n\n\nd\n" + std::string(9, 'e');
  for (size_t block_bytes = 1; block_bytes < 100; ++block_bytes) {
    const auto cuts = CutAll(text, {}, block_bytes);
    EXPECT_EQ(Text(cuts), text);
    uint64_t offset = 0;
    for (const Cut& cut : cuts) {
      EXPECT_EQ(cut.offset, offset);
      offset += cut.text.size();
      EXPECT_TRUE(offset == text.size() || cut.text.back() == '\n');
    }
  }
}

TEST(BlockCutter, CutsDoNotDependOnHowBytesArrive) {
  std::string text;
  for (int i = 0; i < 200; ++i) text += std::string(i % 23, 'x') + "\n";
  const auto expected = CutAll(text, {}, 64, 15);
  for (size_t step : {1, 2, 3, 17, 63, 64, 65}) {
    const auto cuts = CutAll(text, {}, 64, 15, step);
    ASSERT_EQ(cuts.size(), expected.size());
    for (size_t i = 0; i < cuts.size(); ++i) EXPECT_EQ(cuts[i].text, expected[i].text);
  }
}

// Every way to cut the text in three ranges gives each line exactly once, to the range that holds
// its first byte.
void ExpectRangesTile(const std::string& text, const std::string& expected) {
  const uint64_t size = text.size();
  for (uint64_t a = 1; a < size; ++a) {
    for (uint64_t b = a + 1; b < size; ++b) {
      for (size_t block_bytes : {1, 4, 64}) {
        const std::string first = Text(CutAll(text, {0, a}, block_bytes));
        const std::string second = Text(CutAll(text, {a, b}, block_bytes));
        const std::string third = Text(CutAll(text, {b, size}, block_bytes));
        ASSERT_EQ(first + second + third, expected) << a << " " << b << " " << block_bytes;
        const size_t skipped = text.size() - expected.size();
        const size_t line_end = text.find('\n', a - 1);
        ASSERT_EQ(first.size() + skipped,
                  line_end == std::string::npos ? text.size() : line_end + 1);
      }
    }
  }
}

TEST(BlockCutter, RangesTile) {
  ExpectRangesTile("ab\n\n\ncdefgh\r\ni\n", "ab\n\n\ncdefgh\r\ni\n");
  ExpectRangesTile("ab\ncdefghijklmn", "ab\ncdefghijklmn");
  ExpectRangesTile("\n\n\n\n", "\n\n\n\n");
  ExpectRangesTile(
      "\xEF\xBB\xBF"
      "ab\ncd\n",
      "ab\ncd\n");
}

TEST(BlockCutter, ByteOrderMark) {
  EXPECT_TRUE(CutAll("", {}, 16).empty());
  EXPECT_TRUE(CutAll("\xEF\xBB\xBF", {}, 16).empty());
  for (size_t step : {1, 2, 16}) {
    const auto cuts = CutAll("\xEF\xBB\xBF{}\n", {}, 16, 1 << 20, step);
    ASSERT_EQ(cuts.size(), 1u);
    EXPECT_EQ(cuts[0].text, "{}\n");
    EXPECT_EQ(cuts[0].offset, 3u);
  }
  EXPECT_EQ(Text(CutAll("\xEF\xBB{}", {}, 16)), "\xEF\xBB{}");
  EXPECT_EQ(Text(CutAll("a\n\xEF\xBB\xBF{}\n", {}, 16)), "a\n\xEF\xBB\xBF{}\n");
}

TEST(BlockCutter, OversizedLinesAreSkippedAndCounted) {
  const std::string huge(5'000, 'x');
  for (size_t block_bytes : {16, 64, 1'000, 8'192}) {
    for (size_t step : {size_t{1}, size_t{100}, SIZE_MAX}) {
      const std::string text = "a\n" + huge + "\nb\n" + std::string(2'000, 'y') + "\n" + huge;
      const auto cuts = CutAll(text, {}, block_bytes, 2'000, step);
      std::vector<Cut> oversized;
      std::string rest;
      for (const Cut& cut : cuts) {
        if (cut.oversized) {
          oversized.push_back(cut);
        } else {
          rest += cut.text;
        }
      }
      EXPECT_EQ(rest, "a\nb\n" + std::string(2'000, 'y') + "\n");
      ASSERT_EQ(oversized.size(), 2u);
      EXPECT_EQ(oversized[0].offset, 2u);
      EXPECT_EQ(oversized[0].line_bytes, 5'001u);
      EXPECT_EQ(oversized[0].text, std::string(1'024, 'x'));
      EXPECT_EQ(oversized[1].offset, 2u + 5'001 + 2 + 2'001);
      EXPECT_EQ(oversized[1].line_bytes, 5'000u);
    }
  }
}

TEST(BlockCutter, LimitCountsContentNotNewline) {
  EXPECT_FALSE(CutAll("12345\n", {}, 64, 5)[0].oversized);
  EXPECT_TRUE(CutAll("123456\n", {}, 64, 5)[0].oversized);
  EXPECT_FALSE(CutAll("12345", {}, 64, 5)[0].oversized);
  EXPECT_TRUE(CutAll("123456", {}, 64, 5)[0].oversized);
}

TEST(BlockCutter, OversizedLineAcrossRanges) {
  const std::string text = "a\n" + std::string(3'000, 'x') + "\nb\n";
  EXPECT_EQ(CutAll(text, {0, 100}, 16, 50).back().line_bytes, 3'001u);
  EXPECT_TRUE(CutAll(text, {100, 200}, 16, 50).empty());
  EXPECT_EQ(Text(CutAll(text, {200, text.size()}, 16, 50)), "b\n");
}

}  // namespace
}  // namespace varve
