#include "pipeline/flush_policy.h"

#include <gtest/gtest.h>

namespace varve {
namespace {

constexpr int64_t kNow = 1'000 * kMicrosPerSecond;

std::vector<FileRecord> Pending(size_t count, uint64_t size_bytes = 1, int64_t age_us = 0) {
  std::vector<FileRecord> files(count);
  for (size_t i = 0; i < count; ++i) {
    files[i].object.ref.key = std::to_string(i);
    files[i].object.size_bytes = size_bytes;
    files[i].first_seen_us = kNow - age_us;
  }
  return files;
}

TEST(DecideFlush, TenFilesAreABatch) {
  EXPECT_EQ(DecideFlush(Pending(9), {}, false, kNow).trigger, FlushTrigger::kNone);
  EXPECT_TRUE(DecideFlush(Pending(9), {}, false, kNow).files.empty());
  const FlushDecision ten = DecideFlush(Pending(10), {}, false, kNow);
  EXPECT_EQ(ten.trigger, FlushTrigger::kFiles);
  EXPECT_EQ(ten.files.size(), 10u);
}

TEST(DecideFlush, NineFilesAreNotStranded) {
  const int64_t wait_us = FlushConfig().max_wait_us;
  const FlushDecision early = DecideFlush(Pending(9, 1, wait_us - 1), {}, false, kNow);
  EXPECT_EQ(early.trigger, FlushTrigger::kNone);
  EXPECT_EQ(early.next_us, kNow + 1);
  const FlushDecision late = DecideFlush(Pending(9, 1, wait_us), {}, false, kNow);
  EXPECT_EQ(late.trigger, FlushTrigger::kAge);
  EXPECT_EQ(late.files.size(), 9u);
}

TEST(DecideFlush, AClockSetBackStrandsNothing) {
  EXPECT_EQ(DecideFlush(Pending(1, 1, -kMicrosPerDay), {}, false, kNow).trigger,
            FlushTrigger::kAge);
}

TEST(DecideFlush, BytesBoundABatchAndTriggerIt) {
  FlushConfig config;
  config.max_bytes = 100;
  EXPECT_EQ(DecideFlush(Pending(3, 33), config, false, kNow).trigger, FlushTrigger::kNone);
  const FlushDecision decision = DecideFlush(Pending(9, 40), config, false, kNow);
  EXPECT_EQ(decision.trigger, FlushTrigger::kBytes);
  EXPECT_EQ(decision.files.size(), 3u);
}

TEST(DecideFlush, ABatchHasAtMostMaxFiles) {
  EXPECT_EQ(DecideFlush(Pending(500), {}, false, kNow).files.size(), kBatchFilesMax);
  FlushConfig config;
  config.max_files = 4;  // fewer than min_files: four are enough then
  const FlushDecision decision = DecideFlush(Pending(5), config, false, kNow);
  EXPECT_EQ(decision.trigger, FlushTrigger::kFiles);
  EXPECT_EQ(decision.files.size(), 4u);
}

TEST(DecideFlush, ASuspectGoesAlone) {
  auto pending = Pending(20);
  pending[7].alone = true;
  const FlushDecision decision = DecideFlush(pending, {}, false, kNow);
  EXPECT_EQ(decision.trigger, FlushTrigger::kAlone);
  ASSERT_EQ(decision.files.size(), 1u);
  EXPECT_EQ(decision.files[0].object.ref.key, "7");
}

TEST(DecideFlush, DrainTakesWhatIsThere) {
  EXPECT_EQ(DecideFlush(Pending(1), {}, true, kNow).trigger, FlushTrigger::kDrain);
  EXPECT_EQ(DecideFlush({}, {}, true, kNow).trigger, FlushTrigger::kNone);
}

}  // namespace
}  // namespace varve
