#include "workflow/backoff.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace varve {
namespace {

TEST(BackoffUs, DoublesUpToItsCapWithFullJitter) {
  const RetryPolicy policy = {0, 100, 350};
  SeededRandom random(1);
  const int64_t bounds[] = {100, 200, 350, 350};
  for (uint32_t attempt = 1; attempt <= 4; ++attempt) {
    std::set<int64_t> seen;
    for (int i = 0; i < 20'000; ++i) seen.insert(BackoffUs(policy, attempt, random));
    EXPECT_EQ(*seen.begin(), 0) << attempt;
    EXPECT_EQ(*seen.rbegin(), bounds[attempt - 1]) << attempt;
    EXPECT_EQ(seen.size(), static_cast<size_t>(bounds[attempt - 1]) + 1) << attempt;
  }
}

TEST(BackoffUs, CannotOverflow) {
  SeededRandom random(1);
  EXPECT_LE(BackoffUs({0, 1'000'000, 60'000'000}, 4'000'000'000u, random), 60'000'000);
  EXPECT_EQ(BackoffUs({}, 5, random), 0);
}

}  // namespace
}  // namespace varve
