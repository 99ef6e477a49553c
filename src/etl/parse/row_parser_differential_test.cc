// What must not change what comes out: the SIMD level, speculation, block sizes, bad lines between
// the good ones, the order of lines.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "etl/encode/testing/simd_levels.h"
#include "etl/parse/testing/parse_lines.h"
#include "etl/parse/testing/random_lines.h"
#include "etl/parse/testing/strict_json.h"

namespace varve {
namespace {

RandomLines::Habits HabitsOf(uint64_t seed) {
  RandomLines::Habits habits;
  habits.shuffled_keys = (seed & 1) != 0;
  habits.type_changes = (seed & 2) != 0;
  habits.new_keys = (seed & 4) != 0;
  habits.spaces = (seed & 8) != 0;
  return habits;
}

RowParserOptions Uncompressed() {
  RowParserOptions options;
  options.pages.codec = Codec::kNone;
  return options;
}

ParsedLines ParseGeneral(const std::string& text, const ObservedNode& schema) {
  RowParserOptions options = Uncompressed();
  options.simd = SimdLevel::kScalar;
  options.speculate = false;
  return ParseLines(text, options, schema);
}

// `actual` must hold the same as `expected`.
void ExpectSame(const ParsedLines& actual, const ParsedLines& expected, const std::string& what) {
  EXPECT_EQ(actual.counts.rows, expected.counts.rows) << what;
  EXPECT_EQ(actual.counts.lines, expected.counts.lines) << what;
  EXPECT_EQ(Describe(actual.bad_lines), Describe(expected.bad_lines)) << what;
  EXPECT_EQ(Describe(actual.observed), Describe(expected.observed)) << what;
  EXPECT_TRUE(Describe(actual.row_groups) == Describe(expected.row_groups)) << what;
}

std::string MixedLines(uint64_t seed, size_t count) {
  RandomLines random(seed, HabitsOf(seed));
  RandomJson dice(seed);
  std::vector<std::string> lines;
  for (size_t i = 0; i < count; ++i) {
    lines.push_back(dice.OneIn(10) ? random.BadLine() : random.Line());
    if (dice.OneIn(30)) lines.push_back(dice.Space());
    if (dice.OneIn(30)) lines.back() += "\r";
  }
  return JoinLines(lines);
}

// Rows, and the same rows with bad lines before, between and behind them.
std::pair<std::vector<std::string>, std::vector<std::string>> GoodAndMixed(uint64_t seed) {
  RandomLines random(seed, HabitsOf(seed));
  RandomJson dice(seed);
  std::vector<std::string> good;
  std::vector<std::string> mixed;
  for (int i = 0; i < 100; ++i) {
    good.push_back(random.Line());
    while (dice.OneIn(3)) mixed.push_back(random.BadLine());
    mixed.push_back(good.back());
  }
  mixed.push_back(random.BadLine());
  return {good, mixed};
}

TEST(RowParserDifferentialTest, EverySimdLevelAndSpeculationGiveTheSameBytes) {
  for (uint64_t seed = 0; seed < 160; ++seed) {
    const std::string text = MixedLines(seed, 60 + seed);
    const ParsedLines first = ParseGeneral(text, {});
    const ParsedLines second = ParseGeneral(text, first.observed);
    for (const SimdLevel level : SupportedSimdLevels()) {
      RowParserOptions options = Uncompressed();
      options.simd = level;
      const std::string what =
          "seed " + std::to_string(seed) + " " + std::string(SimdLevelName(level));
      ExpectSame(ParseLines(text, options), first, what);
      ExpectSame(ParseLines(text, options, first.observed), second, what + ", schema known");
    }
  }
}

// `observed` with every object that is not a line taken for a map: its values are of all types that
// its fields had.
ObservedNode AsMaps(const ObservedNode& observed) {
  ObservedNode map = observed;
  if (map.element != nullptr) *map.element = AsMaps(*map.element);
  if (observed.facts != kFactObject) return map;
  map.facts |= kFactMap;
  map.fields.clear();
  map.element = std::make_unique<ObservedNode>();
  for (const auto& [key, field] : observed.fields) map.element->Merge(AsMaps(field));
  return map;
}

ObservedNode WithMaps(const ObservedNode& observed) {
  ObservedNode line = observed;
  for (auto& [key, field] : line.fields) field = AsMaps(field);
  return line;
}

TEST(RowParserDifferentialTest, MapsAreTheSameAtEveryLevel) {
  size_t maps = 0;
  for (uint64_t seed = 0; seed < 120; ++seed) {
    const std::string text = MixedLines(seed, 60 + seed);
    const ObservedNode known = ParseGeneral(text, {}).observed;
    const ObservedNode schema = WithMaps(known);
    const ParsedLines expected = ParseGeneral(text, schema);
    maps += Describe(schema) != Describe(known);
    EXPECT_EQ(Describe(expected.bad_lines), Describe(ParseGeneral(text, known).bad_lines));
    for (const SimdLevel level : SupportedSimdLevels()) {
      RowParserOptions options = Uncompressed();
      options.simd = level;
      const std::string what =
          "seed " + std::to_string(seed) + " " + std::string(SimdLevelName(level));
      ExpectSame(ParseLines(text, options, schema), expected, what);
      ExpectSame(ParseLines(text, options, schema, 3), expected, what + ", small blocks");
    }
  }
  EXPECT_GT(maps, 50U);
}

TEST(RowParserDifferentialTest, BadLinesLeaveNoTraceInMaps) {
  for (uint64_t seed = 0; seed < 120; ++seed) {
    const auto [good, mixed] = GoodAndMixed(seed);
    const ObservedNode schema = WithMaps(ParseLines(JoinLines(good), Uncompressed()).observed);
    const ParsedLines without = ParseLines(JoinLines(good), Uncompressed(), schema);
    const ParsedLines with = ParseLines(JoinLines(mixed), Uncompressed(), schema);
    EXPECT_EQ(with.counts.rows, good.size());
    EXPECT_EQ(Describe(with.observed), Describe(without.observed)) << "seed " << seed;
    EXPECT_TRUE(Describe(with.row_groups) == Describe(without.row_groups)) << "seed " << seed;
  }
}

TEST(RowParserDifferentialTest, BlocksDoNotShow) {
  for (uint64_t seed = 0; seed < 32; ++seed) {
    const std::string text = MixedLines(seed, 100);
    const ParsedLines expected = ParseLines(text, Uncompressed());
    for (const size_t lines : {1, 2, 7}) {
      ExpectSame(ParseLines(text, Uncompressed(), {}, lines), expected,
                 "seed " + std::to_string(seed) + ", lines " + std::to_string(lines));
    }
  }
}

TEST(RowParserDifferentialTest, VerdictsAreThoseOfAnIndependentParser) {
  for (uint64_t seed = 0; seed < 200; ++seed) {
    RandomLines random(seed, HabitsOf(seed));
    RandomJson damage(seed);
    std::vector<std::string> lines;
    for (int i = 0; i < 100; ++i) {
      lines.push_back(random.Line());
      for (int changes = damage.Below(3); changes > 0; --changes) damage.Mutate(&lines.back());
    }
    const ParsedLines parsed = ParseLines(JoinLines(lines), Uncompressed());
    std::vector<bool> is_bad(lines.size());
    for (const BadLine& bad : parsed.bad_lines) is_bad[bad.line] = true;
    for (size_t i = 0; i < lines.size(); ++i) {
      const bool row = IsBlankLine(lines[i]) || IsStrictRow(lines[i], 100);
      EXPECT_EQ(is_bad[i], !row) << "seed " << seed << ": " << lines[i];
    }
  }
}

TEST(RowParserDifferentialTest, BadLinesLeaveNoTrace) {
  for (uint64_t seed = 0; seed < 160; ++seed) {
    const auto [good, mixed] = GoodAndMixed(seed);
    // A producer's new keys may have shown in a bad line first: not in the rows.
    const ParsedLines without = ParseLines(JoinLines(good), Uncompressed());
    const ParsedLines with = ParseLines(JoinLines(mixed), Uncompressed());
    EXPECT_EQ(with.counts.rows, good.size());
    EXPECT_EQ(Describe(with.observed), Describe(without.observed)) << "seed " << seed;
    EXPECT_TRUE(Describe(with.row_groups) == Describe(without.row_groups)) << "seed " << seed;
    const ParsedLines again = ParseLines(JoinLines(mixed), Uncompressed(), without.observed);
    const ParsedLines again_without = ParseLines(JoinLines(good), Uncompressed(), without.observed);
    EXPECT_TRUE(Describe(again.row_groups) == Describe(again_without.row_groups))
        << "seed " << seed;
  }
}

TEST(RowParserDifferentialTest, OrderOfLinesDoesNotShowInTheSchema) {
  for (uint64_t seed = 0; seed < 160; ++seed) {
    RandomLines random(seed, HabitsOf(seed | 2));
    std::vector<std::string> lines = random.Lines(80);
    for (int i = 0; i < 15; ++i) lines.push_back(random.BadLine());
    RowParserOptions options = Uncompressed();
    options.map_keys_max = 1 + static_cast<uint32_t>(seed % 7);
    std::mt19937_64 shuffle(seed);
    std::string expected;
    for (int round = 0; round < 4; ++round) {
      std::shuffle(lines.begin(), lines.end(), shuffle);
      const ParsedLines parsed = ParseLines(JoinLines(lines), options);
      const std::string described = Describe(parsed.observed, options.map_keys_max);
      if (round == 0) expected = described;
      EXPECT_EQ(described, expected) << "seed " << seed;
      // Split over two workers, merged.
      const std::vector<std::string> head(lines.begin(), lines.begin() + 30);
      const std::vector<std::string> tail(lines.begin() + 30, lines.end());
      ObservedNode merged = ParseLines(JoinLines(tail), options).observed;
      merged.Merge(ParseLines(JoinLines(head), options).observed);
      EXPECT_EQ(Describe(merged, options.map_keys_max), expected) << "seed " << seed;
    }
  }
}

TEST(RowParserDifferentialTest, NothingIsLostUnderTheFinalSchema) {
  for (uint64_t seed = 0; seed < 100; ++seed) {
    const std::string text = MixedLines(seed | 2, 120);
    const ParsedLines first = ParseLines(text, Uncompressed());
    const ParsedLines second = ParseLines(text, Uncompressed(), first.observed);
    EXPECT_EQ(Describe(second.observed), Describe(first.observed)) << "seed " << seed;
    for (const RowGroup& group : second.row_groups) EXPECT_FALSE(group.lost_values) << seed;
  }
}

TEST(RowParserDifferentialTest, RowGroupsDependOnTheirOwnRowsOnly) {
  RandomLines random(5, HabitsOf(5));
  const std::vector<std::string> lines = random.Lines(300);
  const ObservedNode schema = ParseLines(JoinLines(lines), Uncompressed()).observed;
  RowParserOptions options = Uncompressed();
  options.row_group_rows = 100;
  const ParsedLines parsed = ParseLines(JoinLines(lines), options, schema);
  ASSERT_EQ(parsed.row_groups.size(), 3U);
  for (size_t i = 0; i < 3; ++i) {
    const auto begin = lines.begin() + static_cast<ptrdiff_t>(i) * 100;
    const ParsedLines alone = ParseLines(JoinLines({begin, begin + 100}), options, schema);
    ASSERT_EQ(alone.row_groups.size(), 1U);
    EXPECT_TRUE(Describe(alone.row_groups[0]) == Describe(parsed.row_groups[i])) << i;
  }
}

}  // namespace
}  // namespace varve
