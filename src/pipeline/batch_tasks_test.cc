#include "pipeline/batch_tasks.h"

#include <gtest/gtest.h>

#include <map>

#include "pipeline/dispatch.h"
#include "pipeline/ingest.h"
#include "support/pipeline_fixture.h"
#include "testing/fault_plan.h"
#include "testing/faulty_object_store.h"

namespace varve {
namespace {

// Step Functions as far as Dispatch sees it.
class RecordingWorkflow : public Workflow {
 public:
  Status Start(std::string_view name, std::string_view input) override {
    Execution execution;
    execution.name = name;
    execution.input = input;
    started.emplace(name, std::move(execution));
    return Ok{};
  }
  Result<Execution> Describe(std::string_view name) override {
    const auto found = started.find(name);
    if (found == started.end()) return Error{Code::kNotFound, "none"};
    return found->second;
  }
  Result<std::vector<Execution>> Running(int) override { return std::vector<Execution>(); }

  std::map<std::string, Execution, std::less<>> started;
};

class BatchTasksTest : public PipelineFixture {
 protected:
  static constexpr const char* kBatch = "2025-01-17/batch-0001";

  int Flush() {
    const auto started = Dispatch(config, deps, workflow).Flush(10, clock.NowUs());
    EXPECT_TRUE(started.ok()) << started.error().message;
    return started.ok() ? *started : -1;
  }
  int TakeOver(const std::string& owner) {
    PipelineConfig other = config;
    other.owner = owner;
    const auto started = Dispatch(other, deps, workflow).TakeOver(10, clock.NowUs());
    EXPECT_TRUE(started.ok()) << started.error().message;
    return started.ok() ? *started : -1;
  }
  TakenMessages Take(std::vector<Message> messages) {
    return Ingest(config, deps).Take(messages, clock.NowUs());
  }
  BatchTasks Tasks(const std::string& owner = "p1") { return {config, deps, {kBatch, owner}}; }
  void DropAndFlush() {
    DropMany(10);
    EXPECT_EQ(Take(*queue.Receive(10, kMicrosPerMinute)).left.size(), 0U);
    ASSERT_EQ(Flush(), 1);
  }
  Status Commit(const std::string& owner, const BegunBatch& begun) {
    const JobStatus status = Convert(begun.job, begun.manifest);
    return Tasks(owner).Commit(begun.job, status.result, clock.NowUs());
  }
  BatchState State() { return tracker.GetBatch("orders", kBatch)->state; }

  FaultPlan faults;
  FaultyObjectStore lake{output, faults};
  RecordingWorkflow workflow;
  Deps deps = MakeDeps(lake);
};

TEST_F(BatchTasksTest, FromEventsToRows) {
  DropAndFlush();
  ASSERT_EQ(workflow.started.size(), 1U);
  const auto& [name, execution] = *workflow.started.begin();
  EXPECT_EQ(name, "orders-2025-01-17-batch-0001-p1");
  EXPECT_EQ(execution.input,
            R"({"pipeline":"orders","batch":"2025-01-17/batch-0001","owner":"p1"})");
  EXPECT_EQ(State(), BatchState::kClaimed);
  const auto begun = Tasks().Begin(clock.NowUs());
  ASSERT_TRUE(begun.ok()) << begun.error().message;
  EXPECT_EQ(begun->manifest.files.size(), 10U);
  EXPECT_FALSE(begun->converted);
  EXPECT_EQ(State(), BatchState::kProcessing);
  const Status committed = Commit("p1", *begun);
  ASSERT_TRUE(committed.ok()) << committed.error().message;
  EXPECT_EQ(State(), BatchState::kCompleted);
  EXPECT_TRUE(output.Head("out/part-00000-2025-01-17-batch-0001.parquet").ok());
  EXPECT_TRUE(output.List("_varve/", "", 10)->objects.empty());
  EXPECT_EQ(tracker.Stats("orders")->totals.rows, 10U);
}

TEST_F(BatchTasksTest, EachTaskMayBeRepeated) {
  DropAndFlush();
  EXPECT_EQ(Flush(), 0);
  ASSERT_TRUE(Tasks().Begin(clock.NowUs()).ok());
  const auto begun = Tasks().Begin(clock.NowUs());
  ASSERT_TRUE(begun.ok()) << begun.error().message;
  for (int i = 0; i < 2; ++i) {
    const Status committed = Commit("p1", *begun);
    ASSERT_TRUE(committed.ok()) << committed.error().message;
  }
  EXPECT_EQ(tracker.Stats("orders")->totals.rows, 10U);
  EXPECT_TRUE(Tasks().Begin(clock.NowUs())->converted);
}

TEST_F(BatchTasksTest, AnotherOwnerGoesOnFromWhatWasRecorded) {
  DropAndFlush();
  const auto begun = Tasks().Begin(clock.NowUs());
  ASSERT_TRUE(begun.ok());
  faults.SetPolicy([](uint64_t, std::string_view method) -> std::optional<Fault> {
    return method == "ObjectStore::Move" ? std::optional(Fault{}) : std::nullopt;
  });
  EXPECT_EQ(Commit("p1", *begun).error().code, Code::kIo);
  EXPECT_EQ(State(), BatchState::kPublishing);
  faults.SetPolicy(nullptr);
  EXPECT_EQ(TakeOver("p2"), 0);  // its lease holds
  clock.Advance(config.lease_us + 1);
  EXPECT_EQ(TakeOver("p2"), 0);  // its workflow runs
  workflow.started.begin()->second.state = ExecutionState::kFailed;
  EXPECT_EQ(TakeOver("p2"), 1);
  EXPECT_EQ(Tasks("p1").Begin(clock.NowUs()).error().code, Code::kConflict);
  EXPECT_EQ(Commit("p1", *begun).error().code, Code::kConflict);
  EXPECT_EQ(Tasks("p1").Fail("io: x", clock.NowUs()).error().code, Code::kConflict);
  const auto again = Tasks("p2").Begin(clock.NowUs());
  ASSERT_TRUE(again.ok()) << again.error().message;
  EXPECT_TRUE(again->converted);
  const Status committed = Tasks("p2").Commit(again->job, {}, clock.NowUs());
  ASSERT_TRUE(committed.ok()) << committed.error().message;
  EXPECT_EQ(State(), BatchState::kCompleted);
  EXPECT_EQ(tracker.Stats("orders")->totals.rows, 10U);
}

// Step Functions starts nothing under a name that it knows.
TEST_F(BatchTasksTest, AnOwnerTakesOverFromItselfUnderAnotherName) {
  DropAndFlush();
  for (size_t ended = 1; ended < 4; ++ended) {
    for (auto& [name, execution] : workflow.started) execution.state = ExecutionState::kFailed;
    clock.Advance(config.lease_us + 1);
    EXPECT_EQ(TakeOver("p1"), 1);
    EXPECT_EQ(workflow.started.size(), ended + 1);
  }
}

TEST_F(BatchTasksTest, ABatchThatCannotBeStartedHoldsUpNoOther) {
  DropAndFlush();
  for (int i = 10; i < 20; ++i) Drop("in/" + std::to_string(i) + ".ndjson");
  EXPECT_EQ(Take(*queue.Receive(10, kMicrosPerMinute)).left.size(), 0U);
  ASSERT_EQ(Flush(), 1);
  const std::string manifest = tracker.GetBatch("orders", kBatch)->manifest_key;
  ASSERT_TRUE(manifests.Put(manifest, "no manifest", PutCondition::kAlways).ok());
  for (auto& [name, execution] : workflow.started) execution.state = ExecutionState::kFailed;
  clock.Advance(config.lease_us + 1);
  EXPECT_EQ(TakeOver("p2"), 1);
  EXPECT_EQ(tracker.GetBatch("orders", "2025-01-17/batch-0002")->owner, "p2");
}

TEST_F(BatchTasksTest, AResultThatDoesNotAddUpIsRefused) {
  DropAndFlush();
  const auto begun = Tasks().Begin(clock.NowUs());
  JobResult result = Convert(begun->job, begun->manifest).result;
  result.outcomes.pop_back();
  EXPECT_FALSE(Tasks().Commit(begun->job, result, clock.NowUs()).ok());
  EXPECT_EQ(State(), BatchState::kProcessing);
}

TEST_F(BatchTasksTest, AFailedBatchGivesItsFilesBackAndTells) {
  DropAndFlush();
  ASSERT_TRUE(Tasks().Begin(clock.NowUs()).ok());
  for (int i = 0; i < 2; ++i) {
    const Status failed = Tasks().Fail("corrupt: convert: the engine choked", clock.NowUs());
    ASSERT_TRUE(failed.ok()) << failed.error().message;
  }
  EXPECT_EQ(State(), BatchState::kFailed);
  EXPECT_TRUE(IsAlertOf("batch_failed"));
  EXPECT_EQ(FilesIn(*tracker.Stats("orders"), FileState::kPending), 10U);
}

TEST_F(BatchTasksTest, WhatIsNoEventIsBuriedAndWhatCannotBeTrackedComesAgain) {
  ASSERT_TRUE(queue.Send({"nonsense"}).ok());
  Drop("in/a.ndjson");
  const auto messages = queue.Receive(10, kMicrosPerMinute);
  ASSERT_EQ(messages->size(), 2U);
  const TakenMessages taken = Take(*messages);
  EXPECT_EQ(taken.done.size(), 1U);
  EXPECT_TRUE(taken.left.empty());
  EXPECT_EQ(queue.DeadLetters("", 10)->letters.size(), 1U);
  // A burial that fails, since the delivery has timed out, is no burial.
  ASSERT_TRUE(queue.Send({"nonsense"}).ok());
  auto late = queue.Receive(10, 1);
  clock.Advance(kMicrosPerMinute);
  EXPECT_EQ(Take(*late).left.size(), 1U);
}

}  // namespace
}  // namespace varve
