#include "etl/column/presence.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace varve {
namespace {

using Bits = std::vector<bool>;

// The slots of [begin, end) that ForEach gives, asked for in pieces.
Bits Collect(const Presence& presence, uint32_t begin, uint32_t end, std::mt19937* random) {
  Bits bits(end);
  size_t cursor = 0;
  uint32_t last = begin;
  for (uint32_t at = begin; at < end;) {
    const uint32_t to = std::min<uint32_t>(end, at + 1 + (*random)() % 20);
    presence.ForEach(at, to, &cursor, [&](SlotRun run) {
      EXPECT_GE(run.begin, last);
      EXPECT_LT(run.begin, run.end);
      EXPECT_LE(run.end, to);
      last = run.end;
      for (uint32_t slot = run.begin; slot < run.end; ++slot) bits[slot] = true;
    });
    at = to;
  }
  return bits;
}

// Random additions, roll-backs and restarts against a bitmap.
RC_GTEST_PROP(PresencePropertyTest, IsABitmap, (uint32_t seed)) {
  std::mt19937 random(seed);
  Presence presence;
  Bits model;  // one bit a slot so far
  uint32_t first = 0;
  for (int step = 0; step < 200; ++step) {
    switch (random() % 8) {
      case 0: {
        const uint32_t size = static_cast<uint32_t>(model.size());
        const uint32_t limit = first + random() % (size - first + 1);
        uint32_t removed = 0;
        for (uint32_t slot = limit; slot < size; ++slot) removed += model[slot];
        RC_ASSERT(presence.TruncateTo(limit) == removed);
        model.resize(limit);
        break;
      }
      case 1:
        if (random() % 10 == 0) {
          first = static_cast<uint32_t>(model.size());
          std::fill(model.begin(), model.end(), false);
          presence.RestartAt(first);
        }
        break;
      default: {
        const bool present = random() % 2 == 0;
        for (uint32_t count = random() % 9; count > 0; --count) {
          if (present) presence.Add(static_cast<uint32_t>(model.size()));
          model.push_back(present);
        }
      }
    }
    const bool any = std::find(model.begin(), model.end(), true) != model.end();
    RC_ASSERT(presence.empty() == !any);
    RC_ASSERT(Collect(presence, first, static_cast<uint32_t>(model.size()), &random) == model);
  }
}

// Was an endless loop: a list whose first elements are null, rolled back.
TEST(PresenceTest, TruncatingBeforeTheOnlyRunEnds) {
  Presence presence;
  presence.Add(6);
  EXPECT_EQ(presence.TruncateTo(5), 1U);
  EXPECT_TRUE(presence.empty());
  EXPECT_EQ(presence.TruncateTo(2), 0U);
  presence.Add(3);
  EXPECT_EQ(presence.end(), 4U);
}

// The open run may grow after a scan has seen it.
TEST(PresenceTest, CursorSeesTheOpenRunGrow) {
  Presence presence;
  size_t cursor = 0;
  std::vector<std::pair<uint32_t, uint32_t>> runs;
  const auto take = [&](SlotRun run) { runs.emplace_back(run.begin, run.end); };
  presence.Add(0);
  presence.ForEach(0, 2, &cursor, take);
  presence.Add(2);
  presence.Add(3);
  presence.ForEach(2, 5, &cursor, take);
  EXPECT_EQ(runs, (std::vector<std::pair<uint32_t, uint32_t>>{{0, 1}, {2, 4}}));
}

}  // namespace
}  // namespace varve
