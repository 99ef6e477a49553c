#include "pipeline/pipeline.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "model/manifest.h"
#include "support/pipeline_fixture.h"

namespace varve {
namespace {

constexpr std::string_view kFirst = "2025-01-17/batch-0001";

class PipelineTest : public PipelineFixture {};

TEST_F(PipelineTest, TenFilesBecomeOneBatchAtOnce) {
  DropMany(10);
  const auto pipeline = MakePipeline();
  RunFor(*pipeline, kMicrosPerSecond);
  EXPECT_EQ(Visible(), std::vector<std::string>{"out/part-00000-2025-01-17-batch-0001.parquet"});
  EXPECT_EQ(tracker.GetBatch("orders", kFirst)->state, BatchState::kCompleted);
  const auto manifest =
      ManifestFromJson(*manifests.Get("manifests/2025-01-17/batch-0001.json", 1 << 20));
  ASSERT_TRUE(manifest.ok());
  EXPECT_EQ(manifest->files.size(), 10u);
  EXPECT_EQ(executions.Get("orders/2025-01-17/batch-0001")->execution.state,
            ExecutionState::kSucceeded);
  EXPECT_TRUE(output.List("_varve/", "", 10)->objects.empty());
  EXPECT_EQ(metrics.Value("varve_rows_total", {{"pipeline", "orders"}}), 10);
}

TEST_F(PipelineTest, NineFilesWaitUntilTheOldestIsDue) {
  DropMany(9);
  const auto pipeline = MakePipeline();
  RunFor(*pipeline, config.flush.max_wait_us - 1);
  EXPECT_TRUE(Visible().empty());
  RunFor(*pipeline, kMicrosPerSecond);
  EXPECT_EQ(Visible().size(), 1u);
}

TEST_F(PipelineTest, AThousandEventsOfOneFileAreOneFile) {
  const ObjectInfo object = Drop("in/a.ndjson");
  for (int i = 0; i < 1000; ++i) ASSERT_TRUE(queue.Send({CreatedEventBody(object)}).ok());
  const auto pipeline = MakePipeline();
  pipeline->SetMode(RunMode::kDrain);
  RunFor(*pipeline, 10 * kMicrosPerSecond);
  EXPECT_TRUE(pipeline->Tick(clock.NowUs()).idle);
  EXPECT_EQ(jobs.Started().size(), 1u);
  EXPECT_EQ(tracker.Stats("orders")->totals.rows, 1u);
}

TEST_F(PipelineTest, WhatIsStillToBeReceivedIsNotTakenForMissed) {
  config.reconcile_every_us = kMicrosPerHour;
  DropMany(300);
  ASSERT_TRUE(input.Put("in/no-event.ndjson", "{}", PutCondition::kAlways).ok());
  clock.Advance(kMicrosPerMinute);
  const auto pipeline = MakePipeline();
  RunFor(*pipeline, kMicrosPerMinute);
  const auto page = tracker.Files("orders", {}, "", 1000);
  ASSERT_EQ(page->files.size(), 301u);
  for (const FileRecord& file : page->files) {
    const bool missed = file.object.ref.key == "in/no-event.ndjson";
    const auto history = tracker.History("orders", file.object.ref);
    EXPECT_EQ(history->front().detail, missed ? "reconcile" : "event") << file.object.ref.key;
  }
}

TEST_F(PipelineTest, TwoBuildersMakeNoOverlappingManifests) {
  DropMany(20);
  const auto first = MakePipeline();
  config.owner = "p2";
  const auto second = MakePipeline();
  for (int i = 0; i < 40; ++i) {
    first->Tick(clock.NowUs());
    second->Tick(clock.NowUs());
    clock.Advance(kMicrosPerSecond / 10);
  }
  EXPECT_EQ(tracker.Stats("orders")->totals.rows, 20u);
  std::vector<std::string> rows;
  for (const std::string& key : Visible()) {
    const std::string content = ContentOf(key);
    for (size_t at = 0; at < content.size(); at = content.find('\n', at) + 1) {
      rows.push_back(content.substr(at, content.find('\n', at) - at));
    }
  }
  std::sort(rows.begin(), rows.end());
  EXPECT_EQ(rows.size(), 20u);
  EXPECT_EQ(std::adjacent_find(rows.begin(), rows.end()), rows.end());
}

TEST_F(PipelineTest, WhatIsNoEventIsBuriedWithTheReason) {
  ASSERT_TRUE(queue.Send({"nonsense"}).ok());
  const auto pipeline = MakePipeline();
  pipeline->Tick(clock.NowUs());
  const auto dead = queue.DeadLetters("", 10);
  ASSERT_EQ(dead->letters.size(), 1u);
  EXPECT_EQ(dead->letters[0].reason, "not an S3 event: the body is not JSON");
}

TEST_F(PipelineTest, OnlyTheAllowListIsTaken) {
  for (const char* key : {"other/a.ndjson", "in/a.csv", "in/.hidden.ndjson", "in/_x.ndjson",
                          "in/a.ndjson.tmp", "in/sub/"}) {
    Drop(key);
  }
  ASSERT_TRUE(queue.Send({CreatedEventBody({{"elsewhere", "in/a.ndjson", "v"}, 1, "", 0})}).ok());
  const auto pipeline = MakePipeline();
  pipeline->Tick(clock.NowUs());
  EXPECT_TRUE(tracker.Files("orders", {}, "", 10)->files.empty());
  EXPECT_EQ(queue.Depth()->visible + queue.Depth()->in_flight + queue.Depth()->dead, 0u);
}

TEST_F(PipelineTest, AFileThatIsGoneIsMissing) {
  const ObjectInfo object = Drop("in/a.ndjson");
  const auto pipeline = MakePipeline();
  pipeline->Tick(clock.NowUs());
  EXPECT_EQ(StateOf(object.ref), FileState::kPending);
  ASSERT_TRUE(input.Delete("in/a.ndjson").ok());
  ASSERT_TRUE(queue.Send({CreatedEventBody(object)}).ok());
  pipeline->Tick(clock.NowUs());
  EXPECT_EQ(StateOf(object.ref), FileState::kMissing);
}

TEST_F(PipelineTest, APoisonFileFailsAlone) {
  DropMany(9);
  const ObjectInfo poison = Drop("in/poison.ndjson", "poison");
  const auto pipeline = MakePipeline();
  RunFor(*pipeline, 10 * kMicrosPerMinute);
  EXPECT_EQ(tracker.Stats("orders")->totals.rows, 9u);
  EXPECT_EQ(StateOf(poison.ref), FileState::kFailed);
  EXPECT_EQ(tracker.Get("orders", poison.ref)->attempts, config.attempts_max);
  EXPECT_TRUE(IsAlertOf("batch_failed"));
  EXPECT_TRUE(IsAlertOf("file_failed"));
}

TEST_F(PipelineTest, ACorruptFileDoesNotHoldUpItsBatch) {
  DropMany(9);
  const ObjectInfo corrupt = Drop("in/corrupt.ndjson", "corrupt");
  const auto pipeline = MakePipeline();
  RunFor(*pipeline, kMicrosPerSecond);
  EXPECT_EQ(tracker.Stats("orders")->totals.rows, 9u);
  RunFor(*pipeline, 10 * kMicrosPerMinute);
  EXPECT_EQ(StateOf(corrupt.ref), FileState::kFailed);
}

TEST_F(PipelineTest, AnotherProcessTakesOverWhenTheLeaseHasEnded) {
  jobs.SetPolls(1'000'000);
  DropMany(10);
  MakePipeline()->Tick(clock.NowUs());  // claims, starts the job, dies
  jobs.ForgetAll();
  jobs.SetPolls(0);
  config.owner = "p2";
  const auto successor = MakePipeline();
  RunFor(*successor, config.lease_us / 2);
  EXPECT_TRUE(Visible().empty());
  RunFor(*successor, 2 * config.lease_us);
  EXPECT_EQ(tracker.Stats("orders")->totals.rows, 10u);
}

TEST_F(PipelineTest, TheSameOwnerGetsItsBatchesBackAtOnce) {
  DropMany(10);
  MakePipeline()->Tick(clock.NowUs());
  const auto again = MakePipeline();
  RunFor(*again, kMicrosPerSecond * 3);
  EXPECT_EQ(tracker.Stats("orders")->totals.rows, 10u);
}

TEST_F(PipelineTest, HandedBackABatchNeedsNoWaiting) {
  jobs.SetPolls(1'000'000);
  DropMany(10);
  const auto pipeline = MakePipeline();
  RunFor(*pipeline, kMicrosPerSecond);
  pipeline->HandBack(clock.NowUs());
  jobs.SetPolls(0);
  config.owner = "p2";
  const auto successor = MakePipeline();
  RunFor(*successor, 3 * kMicrosPerSecond);
  EXPECT_EQ(tracker.Stats("orders")->totals.rows, 10u);
}

TEST_F(PipelineTest, WhoRunsAlreadyTakesWhatIsHandedBackAtItsNextTick) {
  config.owner = "p2";
  const auto neighbour = MakePipeline();
  neighbour->Tick(clock.NowUs());
  jobs.SetPolls(1'000'000);
  DropMany(10);
  config.owner = "p1";
  const auto pipeline = MakePipeline();
  RunFor(*pipeline, kMicrosPerSecond);
  pipeline->HandBack(clock.NowUs());
  jobs.SetPolls(0);
  RunFor(*neighbour, 3 * config.tick_us);
  EXPECT_EQ(tracker.Stats("orders")->totals.rows, 10u);
}

TEST_F(PipelineTest, StopFinishesWhatRunsAndBeginsNothing) {
  DropMany(10);
  const auto pipeline = MakePipeline();
  pipeline->Tick(clock.NowUs());
  Drop("in/late.ndjson");
  pipeline->SetMode(RunMode::kStop);
  RunFor(*pipeline, kMicrosPerSecond);
  EXPECT_TRUE(pipeline->Tick(clock.NowUs()).idle);
  EXPECT_EQ(tracker.Stats("orders")->totals.rows, 10u);
  EXPECT_EQ(queue.Depth()->visible, 1u);
}

TEST_F(PipelineTest, ABacklogStopsReceiving) {
  config.pending_max = 20;
  config.batches_max = 0;
  DropMany(100);
  const auto pipeline = MakePipeline();
  RunFor(*pipeline, 5 * kMicrosPerSecond);
  EXPECT_LE(tracker.Files("orders", {}, "", 1000)->files.size(), 30u);
  EXPECT_GE(queue.Depth()->visible, 70u);
}

TEST_F(PipelineTest, SourcesGoWhereTheyAreToldAfterTheCommit) {
  config.disposition = Disposition::kMove;
  DropMany(10);
  const auto pipeline = MakePipeline();
  RunFor(*pipeline, kMicrosPerSecond);
  EXPECT_TRUE(input.List("in/", "", 10)->objects.empty());
  EXPECT_TRUE(input.Head("done/2025-01-17/batch-0001/in/0.ndjson").ok());
}

TEST_F(PipelineTest, AnAlertSinkThatIsDownStopsNothing) {
  notifier.FailWith(Error{Code::kIo, "no route to host"});
  DropMany(9);
  Drop("in/poison.ndjson", "poison");
  const auto pipeline = MakePipeline();
  RunFor(*pipeline, 10 * kMicrosPerMinute);
  EXPECT_EQ(tracker.Stats("orders")->totals.rows, 9u);
}

TEST_F(PipelineTest, AManifestOfOtherFilesIsNotOverwritten) {
  ASSERT_TRUE(
      manifests.Put("manifests/2025-01-17/batch-0001.json", "{}", PutCondition::kIfAbsent).ok());
  DropMany(10);
  const auto pipeline = MakePipeline();
  RunFor(*pipeline, 2 * kMicrosPerMinute);
  EXPECT_EQ(*manifests.Get("manifests/2025-01-17/batch-0001.json", 100), "{}");
  EXPECT_EQ(tracker.GetBatch("orders", kFirst)->state, BatchState::kFailed);
  EXPECT_EQ(tracker.Stats("orders")->totals.rows, 10u);
}

}  // namespace
}  // namespace varve
