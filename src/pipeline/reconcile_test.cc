#include "pipeline/reconcile.h"

#include <gtest/gtest.h>

#include "pipeline/reprocess.h"
#include "support/pipeline_fixture.h"

namespace varve {
namespace {

class ReconcileTest : public PipelineFixture {
 protected:
  ReconcileReport Run(bool repair) {
    Deps deps = MakeDeps();
    const auto report = Reconcile(config, deps, repair, clock.NowUs());
    EXPECT_TRUE(report.ok()) << report.error().message;
    return *report;
  }
  void Convert() {
    const auto pipeline = MakePipeline();
    pipeline->SetMode(RunMode::kDrain);
    RunFor(*pipeline, 3 * kMicrosPerSecond);
  }
  void Put(const std::string& key) {
    ASSERT_TRUE(output.Put(key, "x", PutCondition::kAlways).ok());
  }
};

TEST_F(ReconcileTest, FindsTheEventThatNeverCame) {
  const auto object = input.Put("in/a.ndjson", "{}", PutCondition::kAlways);
  EXPECT_EQ(Run(false).Found(Finding::kMissedEvent), 1u);
  EXPECT_FALSE(tracker.Get("orders", object->ref).ok());
  EXPECT_EQ(Run(true).Found(Finding::kMissedEvent), 1u);
  EXPECT_EQ(StateOf(object->ref), FileState::kPending);
  EXPECT_EQ(Run(true).Found(Finding::kMissedEvent), 0u);
}

TEST_F(ReconcileTest, LeavesAFileAloneThatMayBeGrowing) {
  config.settle_us = 10;
  ASSERT_TRUE(input.Put("in/a.ndjson", "{}", PutCondition::kAlways).ok());
  clock.Advance(9);
  EXPECT_EQ(Run(true).Found(Finding::kMissedEvent), 0u);
  clock.Advance(1);
  EXPECT_EQ(Run(true).Found(Finding::kMissedEvent), 1u);
}

TEST_F(ReconcileTest, AnotherProcessGoesOnWhereOneHadToStop) {
  constexpr int kFiles = 250;  // more than two pages
  for (int i = 0; i < kFiles; ++i) {
    const std::string key = "in/" + std::to_string(i) + ".ndjson";
    ASSERT_TRUE(input.Put(key, "{}", PutCondition::kAlways).ok());
  }
  Deps deps = MakeDeps();
  std::string position;
  uint64_t found = 0;
  int steps = 0;
  do {
    Reconciler reconciler(config, deps, false);
    reconciler.GoOn(position);
    ASSERT_TRUE(reconciler.Step(clock.NowUs()).ok());
    position = reconciler.Position();
    found += reconciler.report().Found(Finding::kMissedEvent);
    ASSERT_LT(++steps, kFiles);
  } while (!position.empty());
  EXPECT_EQ(found, uint64_t{kFiles});
  EXPECT_GT(steps, 3);
}

TEST_F(ReconcileTest, AStoreThatTellsOfNothingIsListed) {
  config.scan_every_us = 10 * kMicrosPerMinute;
  config.reconcile_every_us = 0;
  config.settle_us = 0;
  const auto pipeline = MakePipeline();
  const auto first = input.Put("in/a.ndjson", "{}", PutCondition::kAlways);
  RunFor(*pipeline, config.flush.max_wait_us + kMicrosPerMinute);
  EXPECT_EQ(StateOf(first->ref), FileState::kCompleted);
  const auto second = input.Put("in/b.ndjson", "{}", PutCondition::kAlways);
  RunFor(*pipeline, kMicrosPerMinute);
  EXPECT_FALSE(tracker.Get("orders", second->ref).ok());  // it is not time yet
  RunFor(*pipeline, config.scan_every_us + config.flush.max_wait_us);
  EXPECT_EQ(StateOf(second->ref), FileState::kCompleted);
}

TEST_F(ReconcileTest, FindsSourcesThatVanished) {
  const ObjectInfo object = Drop("in/a.ndjson");
  MakePipeline()->Tick(clock.NowUs());
  ASSERT_TRUE(input.Delete("in/a.ndjson").ok());
  EXPECT_EQ(Run(false).Found(Finding::kVanishedSource), 1u);
  EXPECT_EQ(StateOf(object.ref), FileState::kPending);
  EXPECT_EQ(Run(true).Found(Finding::kVanishedSource), 1u);
  EXPECT_EQ(StateOf(object.ref), FileState::kMissing);
}

TEST_F(ReconcileTest, RemovesOnlyWhatIsProvenToBeALeftover) {
  DropMany(1);
  Convert();
  Put("out/part-00007-2025-01-17-batch-0001.parquet");  // not of that batch
  Put("out/part-00000-2024-01-01-batch-0001.parquet");  // of a batch nobody knows
  Put("out/somebody-elses.parquet");
  Put("_varve/staging/orders/2025-01-17/batch-0001/job-1-1/x");
  EXPECT_EQ(Run(true).Found(Finding::kOrphanOutput), 0u);  // all too young to tell
  clock.Advance(config.reconcile_grace_us + 1);
  const ReconcileReport report = Run(true);
  EXPECT_EQ(report.Found(Finding::kOrphanOutput), 1u);
  EXPECT_EQ(report.Found(Finding::kUnknownOutput), 1u);
  EXPECT_EQ(report.Found(Finding::kStagedLeftover), 1u);
  EXPECT_EQ(Visible(), (std::vector<std::string>{"out/part-00000-2024-01-01-batch-0001.parquet",
                                                 "out/part-00000-2025-01-17-batch-0001.parquet",
                                                 "out/somebody-elses.parquet"}));
  EXPECT_TRUE(output.List("_varve/", "", 10)->objects.empty());
}

TEST_F(ReconcileTest, ReportsOutputsThatAreLost) {
  DropMany(1);
  Convert();
  ASSERT_TRUE(output.Delete(Visible()[0]).ok());
  EXPECT_EQ(Run(true).Found(Finding::kLostOutput), 1u);
}

TEST_F(ReconcileTest, ARestoredFileIsTakenUpAgain) {
  const ObjectInfo first = Drop("in/a.ndjson", "1");
  MakePipeline()->Tick(clock.NowUs());
  ASSERT_TRUE(input.Delete("in/a.ndjson").ok());
  EXPECT_EQ(Run(true).Found(Finding::kVanishedSource), 1u);
  const ObjectInfo second = Drop("in/a.ndjson", "2");
  MakePipeline()->Tick(clock.NowUs());
  EXPECT_EQ(StateOf(first.ref), FileState::kMissing);
  EXPECT_EQ(StateOf(second.ref), FileState::kPending);
}

class ReprocessTest : public ReconcileTest {
 protected:
  ReprocessReport Ask(const ReprocessRequest& request) {
    Deps deps = MakeDeps();
    const auto report = Reprocess(config, deps, request, clock.NowUs());
    EXPECT_TRUE(report.ok()) << report.error().message;
    return *report;
  }
};

TEST_F(ReprocessTest, ReplacesTheRowsOfTheBatchAndNoOthers) {
  Drop("in/2025-01-10-a.ndjson");
  Convert();
  Drop("in/2025-01-11-b.ndjson");
  Convert();
  const std::vector<std::string> names = Visible();
  ASSERT_EQ(names.size(), 2u);
  stamp = "again";
  ReprocessRequest request;
  request.partition = "2025-01-10";
  request.by = "test";
  EXPECT_EQ(Ask(request).batches, std::vector<std::string>{"2025-01-17/batch-0001"});
  Convert();
  EXPECT_EQ(Visible(), names);
  EXPECT_EQ(ContentOf(names[0]), "in/2025-01-10-a.ndjson\nagain");
  EXPECT_EQ(ContentOf(names[1]), "in/2025-01-11-b.ndjson\n");
  EXPECT_EQ(tracker.Stats("orders")->totals.rows, 2u);
}

TEST_F(ReprocessTest, AFailedRunLeavesTheRowsAsTheyWere) {
  const ObjectInfo object = Drop("in/a.ndjson");
  Convert();
  jobs.SetScript([](std::string_view, const Manifest&) {
    JobStatus status;
    status.state = JobState::kFailed;
    status.error = "no";
    return status;
  });
  ReprocessRequest request;
  request.key = "in/a.ndjson";
  EXPECT_EQ(Ask(request).files, 1u);
  Convert();
  EXPECT_EQ(StateOf(object.ref), FileState::kCompleted);
  EXPECT_EQ(tracker.GetBatch("orders", "2025-01-17/batch-0001")->state, BatchState::kCompleted);
  EXPECT_EQ(ContentOf(Visible()[0]), "in/a.ndjson\n");
  EXPECT_TRUE(IsAlertOf("batch_failed"));
}

TEST_F(ReprocessTest, RefusesABatchWhoseSourceIsGone) {
  Drop("in/a.ndjson");
  Convert();
  ASSERT_TRUE(input.Delete("in/a.ndjson").ok());
  ReprocessRequest request;
  request.since_us = 0;
  const ReprocessReport report = Ask(request);
  EXPECT_TRUE(report.batches.empty());
  ASSERT_EQ(report.refused.size(), 1u);
  EXPECT_NE(report.refused[0].reason.find("is gone"), std::string::npos);
}

TEST_F(ReprocessTest, WantsToBeToldWhat) {
  Deps deps = MakeDeps();
  EXPECT_EQ(Reprocess(config, deps, {}, 0).error().code, Code::kInvalidArgument);
  ReprocessRequest request;
  request.partition = "2025-1-1";
  EXPECT_EQ(Reprocess(config, deps, request, 0).error().code, Code::kInvalidArgument);
}

}  // namespace
}  // namespace varve
