#include <gtest/gtest.h>

#include "operate/dead_letters.h"
#include "operate/explain.h"
#include "operate/next_batch.h"
#include "operate/retry.h"
#include "support/pipeline_fixture.h"

namespace varve {
namespace {

class OperateTest : public PipelineFixture {
 protected:
  // Ten good files; three that fail for good.
  void Convert() {
    config.attempts_max = 2;
    DropMany(10);
    for (const char* key : {"in/x.ndjson", "in/y.ndjson", "in/z.ndjson"}) Drop(key, "poison");
    const auto pipeline = MakePipeline();
    RunFor(*pipeline, 5 * config.flush.max_wait_us);
  }
  uint64_t Count(FileState state) { return FilesIn(*tracker.Stats("orders"), state); }
  RetryRequest Request() { return {"orders", "by a test", clock.NowUs()}; }
};

TEST_F(OperateTest, ExplainTellsEveryVersion) {
  Convert();
  const auto lives = Explain(tracker, "orders", "in/3.ndjson");
  ASSERT_TRUE(lives.ok());
  ASSERT_EQ(lives->size(), 1u);
  EXPECT_EQ((*lives)[0].events.back().state, FileState::kCompleted);
  EXPECT_FALSE((*lives)[0].outputs.empty());
  EXPECT_EQ(LifeJson("orders", "in/3.ndjson", *lives)["versions"][0]["advice"], "");
  EXPECT_EQ(Explain(tracker, "orders", "none").error().code, Code::kNotFound);
  EXPECT_FALSE(AdviceOn(FileState::kFailed).empty());
}

TEST_F(OperateTest, RetryOneOrAllThatFailed) {
  Convert();
  EXPECT_EQ(Count(FileState::kFailed), 3u);
  EXPECT_TRUE(RetryKey(tracker, Request(), "in/y.ndjson").ok());
  EXPECT_EQ(RetryKey(tracker, Request(), "in/3.ndjson").error().code, Code::kConflict);
  EXPECT_EQ(RetryKey(tracker, Request(), "none").error().code, Code::kNotFound);
  EXPECT_EQ(Count(FileState::kFailed), 2u);
  EXPECT_EQ(*RetryFailed(tracker, Request()), 2u);
  EXPECT_EQ(*RetryFailed(tracker, Request()), 0u);
  EXPECT_EQ(Count(FileState::kPending), 3u);
}

TEST_F(OperateTest, DeadLettersAreFoundAndRedriven) {
  for (int i = 0; i < 450; ++i) ASSERT_TRUE(queue.Send({"no event " + std::to_string(i)}).ok());
  const auto pipeline = MakePipeline();
  RunFor(*pipeline, 10 * kMicrosPerMinute);
  const auto all = DeadLetters(queue, 0);
  ASSERT_EQ(all->size(), 450u);
  EXPECT_EQ(DeadLetters(queue, 7)->size(), 7u);
  EXPECT_EQ(FindDeadLetter(queue, all->at(300).id)->body, all->at(300).body);
  EXPECT_EQ(FindDeadLetter(queue, "none").error().code, Code::kNotFound);
  EXPECT_EQ(*queue.RedriveAll(), 450u);
  EXPECT_TRUE(DeadLetters(queue, 0)->empty());
}

TEST_F(OperateTest, TheNextBatchIsPlanned) {
  DropMany(3);
  const auto pipeline = MakePipeline();
  RunFor(*pipeline, kMicrosPerSecond);
  const auto waiting = PlanNextBatch(config, tracker, clock.NowUs());
  EXPECT_TRUE(waiting->decision.files.empty());
  EXPECT_FALSE(NextBatchJson(*waiting)["at"].is_null());
  const auto due = PlanNextBatch(config, tracker, clock.NowUs() + config.flush.max_wait_us);
  EXPECT_EQ(due->decision.files.size(), 3u);
  EXPECT_EQ(due->bytes, 6u);
  EXPECT_EQ(NextBatchJson(*due)["trigger"], "age");
}

}  // namespace
}  // namespace varve
