#include "etl/column/level_writer.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstring>
#include <memory>
#include <random>
#include <span>
#include <vector>

namespace varve {
namespace {

struct Level {
  uint32_t repetition = 0;
  uint32_t definition = 0;
  bool operator==(const Level&) const = default;
};

// One step of the path with what the parser keeps of it.
struct Step {
  bool is_list = false;
  bool is_required = false;  // the key of the map before it
  Presence presence;
  std::vector<uint32_t> lengths;
  uint32_t element_slots = 0;
};

// Random records down one path: fills the steps as the parser does, and beside it the levels as the
// Dremel paper defines them, value by value.
class Records {
 public:
  Records(std::vector<Step>* steps, uint32_t seed) : steps_(*steps), random_(seed) {}

  void AddRow(uint32_t row, std::vector<Level>* levels) { Add(0, row, 0, 0, 0, levels); }

 private:
  void Add(size_t i, uint32_t slot, uint32_t repetition, uint32_t definition, uint32_t depth,
           std::vector<Level>* levels) {
    Step& step = steps_[i];
    if (!step.is_required && random_() % 4 == 0) {
      levels->push_back({repetition, definition});
      return;
    }
    step.presence.Add(slot);
    if (i + 1 == steps_.size()) {
      levels->push_back({repetition, definition + (step.is_required ? 0 : 1)});
    } else if (!step.is_list) {
      Add(i + 1, slot, repetition, definition + 1, depth, levels);
    } else {
      const uint32_t length = random_() % 4;
      step.lengths.push_back(length);
      if (length == 0) levels->push_back({repetition, definition + 1});
      for (uint32_t k = 0; k < length; ++k) {
        Add(i + 1, step.element_slots++, k == 0 ? repetition : depth + 1, definition + 2, depth + 1,
            levels);
      }
    }
  }

  std::vector<Step>& steps_;
  std::mt19937 random_;
};

std::vector<uint32_t> DecodeStream(std::span<const uint8_t>* in, int max_level, size_t count) {
  std::vector<uint32_t> levels(count);
  if (max_level == 0) return levels;
  uint32_t size = 0;
  std::memcpy(&size, in->data(), sizeof(size));
  const auto used = DecodeRleHybrid(
      in->subspan(4, size), BitWidthFor(static_cast<uint32_t>(max_level)), count, levels.data());
  EXPECT_TRUE(used.ok());
  EXPECT_EQ(used.ok() ? *used : 0, size);
  *in = in->subspan(4 + size);
  return levels;
}

std::vector<Level> Decode(std::span<const uint8_t> in, const LevelWriter& writer, size_t count) {
  const auto repetitions = DecodeStream(&in, writer.max_repetition_level(), count);
  const auto definitions = DecodeStream(&in, writer.max_definition_level(), count);
  EXPECT_TRUE(in.empty());
  std::vector<Level> levels;
  for (size_t i = 0; i < count; ++i) levels.push_back({repetitions[i], definitions[i]});
  return levels;
}

void CheckPage(const LevelPage& page, const std::vector<Level>& expected,
               const LevelWriter& writer) {
  std::vector<uint64_t> definitions(static_cast<size_t>(writer.max_definition_level()) + 1);
  std::vector<uint64_t> repetitions(static_cast<size_t>(writer.max_repetition_level()) + 1);
  for (const Level& level : expected) {
    ++definitions[level.definition];
    ++repetitions[level.repetition];
  }
  if (repetitions.size() == 1) repetitions.clear();
  RC_ASSERT(page.definition_histogram == definitions);
  RC_ASSERT(page.repetition_histogram == repetitions);
  RC_ASSERT(page.null_count == expected.size() - definitions.back());
}

RC_GTEST_PROP(LevelWriterPropertyTest, AgreesWithDremelValueByValue, (uint32_t seed)) {
  std::vector<Step> steps(*rc::gen::inRange<size_t>(1, 6));
  for (size_t i = 0; i + 1 < steps.size(); ++i) steps[i].is_list = *rc::gen::arbitrary<bool>();
  if (steps.size() > 1 && steps[steps.size() - 2].is_list) {
    steps.back().is_required = *rc::gen::arbitrary<bool>();
  }
  std::vector<PathStep> path;
  const Step* list = nullptr;  // the innermost around the leaf
  for (const Step& step : steps) {
    path.push_back(
        {&step.presence, step.is_list ? &step.lengths : nullptr, step.is_list, step.is_required});
    if (step.is_list) list = &step;
  }
  LevelWriter writer(path);
  Records records(&steps, seed);
  uint32_t row = 0;
  for (int rows : *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 60))) {
    std::vector<Level> expected;
    const uint32_t begin = row;
    for (; rows > 0; --rows) records.AddRow(row++, &expected);
    Buffer out;
    out.Append("x");
    const LevelPage page = writer.AppendPage(begin, row, &out);
    RC_ASSERT(page.level_count == expected.size());
    RC_ASSERT(Decode(out.bytes().subspan(1), writer, expected.size()) == expected);
    CheckPage(page, expected, writer);
    // A leaf forgets its runs page by page.
    steps.back().presence.RestartAt(list != nullptr ? list->element_slots : row);
  }
}

TEST(LevelWriterTest, ANodeThatNeverOccurredIsNull) {
  PathStep parent;
  PathStep leaf;
  LevelWriter writer({parent, leaf});
  Buffer out;
  const LevelPage page = writer.AppendPage(0, 1000, &out);
  EXPECT_EQ(page.level_count, 1000U);
  EXPECT_EQ(page.null_count, 1000U);
  EXPECT_EQ(page.definition_histogram, (std::vector<uint64_t>{1000, 0, 0}));
  EXPECT_LT(out.size(), 10U);
}

// Two leaves of one object in a list, page by page: with the cache, each gives what it gives
// without.
TEST(LevelWriterTest, SharedLevelsAreTheOnesMadeAnew) {
  for (uint32_t seed = 0; seed < 20; ++seed) {
    std::mt19937 random(seed);
    Presence list;
    std::vector<uint32_t> lengths;
    Presence object;
    Presence leaves[3];  // the second like the first, the third not
    const auto path = [&](int i) {
      return std::vector<PathStep>{
          {&list, &lengths, true}, {&object, nullptr, false}, {&leaves[i], nullptr, false}};
    };
    std::vector<LevelWriter> cached;
    std::vector<LevelWriter> anew;
    for (int i = 0; i < 3; ++i) {
      cached.emplace_back(path(i));
      anew.emplace_back(path(i));
    }
    LevelCache cache;
    uint32_t element = 0;
    for (uint32_t row = 0; row < 400; row += 100) {
      for (uint32_t r = row; r < row + 100; ++r) {
        if (random() % 4 == 0) continue;
        list.Add(r);
        lengths.push_back(random() % 4);
        for (uint32_t k = 0; k < lengths.back(); ++k, ++element) {
          if (random() % 3 == 0) continue;
          object.Add(element);
          const bool present = random() % 2 == 0;
          if (present) leaves[0].Add(element);
          if (present) leaves[1].Add(element);
          if (random() % 2 == 0) leaves[2].Add(element);
        }
      }
      const LevelCache::Scope scope(&cache);
      for (size_t i = 0; i < 3; ++i) {
        Buffer with_cache;
        Buffer without;
        const LevelPage page = cached[i].AppendPage(row, row + 100, &with_cache, &cache);
        const LevelPage expected = anew[i].AppendPage(row, row + 100, &without);
        EXPECT_EQ(with_cache.view(), without.view()) << seed << " " << row << " " << i;
        EXPECT_EQ(page.level_count, expected.level_count);
        EXPECT_EQ(page.null_count, expected.null_count);
        EXPECT_EQ(page.definition_histogram, expected.definition_histogram);
        EXPECT_EQ(page.repetition_histogram, expected.repetition_histogram);
      }
      for (Presence& leaf : leaves) leaf.RestartAt(element);
    }
  }
}

// The keys of a map and its values, none of them null, have the same runs but not the same levels.
TEST(LevelWriterTest, KeysAndValuesOfAMapHaveLevelsOfTheirOwn) {
  Presence map;
  const std::vector<uint32_t> lengths = {2, 0, 1};
  Presence keys;
  for (uint32_t row = 0; row < 3; ++row) map.Add(row);
  for (uint32_t entry = 0; entry < 3; ++entry) keys.Add(entry);
  const Presence values = keys;
  LevelWriter of_keys({{&map, &lengths, true}, {&keys, nullptr, false, /*is_required=*/true}});
  LevelWriter of_values({{&map, &lengths, true}, {&values, nullptr, false}});
  LevelCache cache;
  const LevelCache::Scope scope(&cache);
  Buffer out;
  EXPECT_EQ(of_keys.AppendPage(0, 3, &out, &cache).definition_histogram,
            (std::vector<uint64_t>{0, 1, 3}));
  EXPECT_EQ(of_values.AppendPage(0, 3, &out, &cache).definition_histogram,
            (std::vector<uint64_t>{0, 1, 0, 3}));
}

}  // namespace
}  // namespace varve
