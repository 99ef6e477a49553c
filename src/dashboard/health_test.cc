#include "dashboard/health.h"

#include <gtest/gtest.h>

namespace varve::dashboard {
namespace {

class HealthTest : public testing::Test {
 protected:
  HealthTest() {
    config.name = "shop";
    facts.config = &config;
    facts.now_us = kNow;
  }
  void Files(FileState state, uint64_t files) { facts.stats.states.push_back({state, files, 0}); }
  Finding First() { return Judge(facts).front(); }

  static constexpr int64_t kNow = 1'737'072'000 * kMicrosPerSecond;
  PipelineConfig config;
  HealthFacts facts;
};

TEST_F(HealthTest, SaysThatAllIsFine) {
  EXPECT_EQ(First().sentence, "Everything is fine. No file has arrived yet.");
  EXPECT_EQ(First().level, HealthLevel::kFine);
  Files(FileState::kCompleted, 3);
  EXPECT_EQ(First().sentence, "Everything is fine. All files are converted.");
  Files(FileState::kPending, 1);
  EXPECT_EQ(First().sentence, "Everything is fine. 1 file waits for the next batch.");
  Files(FileState::kProcessing, 2);
  EXPECT_EQ(First().sentence, "Everything is fine. 2 files are being converted.");
  EXPECT_EQ(Judge(facts).size(), 1u);
  EXPECT_EQ(HealthLevelName(First().level), "fine");
}

TEST_F(HealthTest, SaysWhatFailedSinceWhenAndWhatToDo) {
  Files(FileState::kFailed, 1);
  facts.oldest_failure_us = kNow - 5;
  EXPECT_EQ(First().level, HealthLevel::kProblem);
  EXPECT_EQ(First().sentence,
            "1 file could not be converted and was given up; its rows are not in the output.");
  EXPECT_EQ(First().since_us, kNow - 5);
  EXPECT_EQ(First().view, "files?status=failed");
  EXPECT_FALSE(First().advice.empty());
}

TEST_F(HealthTest, WaitingIsJudgedByWhatIsUsual) {
  Files(FileState::kPending, 9);
  facts.stats.oldest_pending_us = kNow - 4 * kMicrosPerMinute;
  EXPECT_EQ(First().level, HealthLevel::kFine);
  facts.stats.oldest_pending_us = kNow - 6 * kMicrosPerMinute;
  EXPECT_EQ(First().level, HealthLevel::kAttention);
  facts.stats.oldest_pending_us = kNow - kMicrosPerHour;
  EXPECT_EQ(First().level, HealthLevel::kProblem);
  config.flush.max_wait_us = kMicrosPerDay;
  EXPECT_EQ(First().level, HealthLevel::kFine);
}

TEST_F(HealthTest, UnreadEventsAndDeadLetters) {
  facts.depth.visible = 12;
  facts.depth.oldest_sent_us = kNow - kMicrosPerHour;
  EXPECT_EQ(First().level, HealthLevel::kAttention);
  facts.depth = {};
  facts.depth.dead = 2;
  facts.oldest_letter_us = kNow - 1;
  EXPECT_EQ(First().sentence, "2 events about files could not be understood.");
  EXPECT_EQ(First().view, "letters");
}

TEST_F(HealthTest, AStuckBatchTellsWhy) {
  facts.executions = {{"shop/2025-01-17/batch-0001", "", ExecutionState::kRunning, "publish", 5, "",
                       kNow - 1, kNow}};
  EXPECT_EQ(First().level, HealthLevel::kFine);
  facts.executions[0].attempt = 7;
  facts.stuck_reason = "No space left on device";
  EXPECT_EQ(First().sentence,
            "shop/2025-01-17/batch-0001 is stuck: its step “publish” has failed 6 times in a row, "
            "because: No space left on device.");
}

TEST_F(HealthTest, ManyBadLinesAreTold) {
  facts.last_hour.rows = 95;
  facts.last_hour.quarantined = 5;
  EXPECT_EQ(First().level, HealthLevel::kFine);
  facts.last_hour.quarantined = 40;
  EXPECT_EQ(First().sentence, "30% of the lines of the last hour were quarantined.");
  facts.last_hour.rows = 1;
  EXPECT_EQ(First().level, HealthLevel::kFine) << "41 lines say nothing";
}

TEST_F(HealthTest, TheWorstComesFirst) {
  facts.depth.dead = 1;
  Files(FileState::kFailed, 3);
  facts.not_ready = "pipeline shop: cannot read the input";
  const std::vector<Finding> found = Judge(facts);
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[0].sentence, "Nothing is converted: pipeline shop: cannot read the input.");
  EXPECT_EQ(found[1].level, HealthLevel::kProblem);
  EXPECT_EQ(found[2].level, HealthLevel::kAttention);
}

}  // namespace
}  // namespace varve::dashboard
