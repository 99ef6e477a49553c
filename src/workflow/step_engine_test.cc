#include "workflow/step_engine.h"

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>

#include "testing/fake_clock.h"
#include "testing/memory_execution_store.h"

namespace varve {
namespace {

constexpr std::string_view kName = "orders/2025-01-17/batch-0001";

// Three steps whose attempts are counted and fail as the test says.
class StepEngineTest : public testing::Test {
 protected:
  WorkStep MakeStep(const std::string& name, RetryPolicy retry) {
    WorkStep step;
    step.name = name;
    step.retry = retry;
    step.run = [this, name](StepContext& context) -> Result<StepOutcome> {
      ++runs_[name];
      context.data += name[0];
      seen_error_ = context.error;
      if (const auto fail = failures_.find(name); fail != failures_.end() && fail->second > 0) {
        --fail->second;
        return Error{code_, name + " failed"};
      }
      if (waits_ > 0 && name == "b") {
        --waits_;
        return StepOutcome::WaitUntil(context.now_us + 10);
      }
      return StepOutcome::Done();
    };
    return step;
  }

  StepEngine MakeEngine() {
    Workplan plan;
    plan.steps = {MakeStep("a", {0, 100, 1000}), MakeStep("b", {3, 100, 1000}),
                  MakeStep("c", {0, 100, 1000})};
    plan.on_failure = MakeStep("fail", {1, 100, 1000});
    plan.on_error = [this](const Execution&, const Error&, bool retrying) {
      ++(retrying ? retried_ : gave_up_);
    };
    return StepEngine(store_, clock_, random_, std::move(plan));
  }

  // Advances until the execution ends, jumping to each wake time.
  ExecutionState RunToEnd(StepEngine& engine) {
    for (int i = 0; i < 100; ++i) {
      const auto progress = engine.Advance(kName, clock_.NowUs());
      EXPECT_TRUE(progress.ok()) << progress.error().message;
      if (!progress.ok() || progress->state != ExecutionState::kRunning) {
        return progress.ok() ? progress->state : ExecutionState::kRunning;
      }
      if (progress->wake_us > clock_.NowUs()) clock_.Set(progress->wake_us);
    }
    return ExecutionState::kRunning;
  }

  MemoryExecutionStore store_;
  FakeClock clock_;
  SeededRandom random_{7};
  std::map<std::string, int> runs_;
  std::map<std::string, int> failures_;
  Code code_ = Code::kIo;
  int waits_ = 0;
  int retried_ = 0;
  int gave_up_ = 0;
  std::string seen_error_;
};

TEST_F(StepEngineTest, RunsEachStepOnceInOrder) {
  StepEngine engine = MakeEngine();
  ASSERT_TRUE(engine.Start(kName, "{}").ok());
  EXPECT_EQ(RunToEnd(engine), ExecutionState::kSucceeded);
  EXPECT_EQ(store_.Get(kName)->data, "abc");
  EXPECT_EQ(engine.Describe(kName)->state, ExecutionState::kSucceeded);
  EXPECT_TRUE(engine.Running(10)->empty());
}

TEST_F(StepEngineTest, StartIsIdempotentByNameAndInput) {
  StepEngine engine = MakeEngine();
  ASSERT_TRUE(engine.Start(kName, "{}").ok());
  ASSERT_TRUE(engine.Advance(kName, clock_.NowUs()).ok());
  EXPECT_TRUE(engine.Start(kName, "{}").ok());
  EXPECT_EQ(engine.Describe(kName)->step, "b");
  const auto other = engine.Start(kName, "{\"x\":1}");
  ASSERT_FALSE(other.ok());
  EXPECT_EQ(other.error().code, Code::kConflict);
}

TEST_F(StepEngineTest, ACrashRepeatsTheStepUnderWayAndNoOther) {
  {
    StepEngine engine = MakeEngine();
    ASSERT_TRUE(engine.Start(kName, "{}").ok());
    ASSERT_TRUE(engine.Advance(kName, clock_.NowUs()).ok());
    waits_ = 1;
    ASSERT_TRUE(engine.Advance(kName, clock_.NowUs()).ok());  // b has begun
  }
  StepEngine successor = MakeEngine();
  EXPECT_EQ(RunToEnd(successor), ExecutionState::kSucceeded);
  EXPECT_EQ(runs_, (std::map<std::string, int>{{"a", 1}, {"b", 2}, {"c", 1}}));
  EXPECT_EQ(store_.Get(kName)->data, "abc");  // what b noted before the crash is not kept
}

TEST_F(StepEngineTest, AStepThatKillsItsProcessIsGivenUp) {
  waits_ = 100;
  for (int crash = 0; crash < 3; ++crash) {
    StepEngine engine = MakeEngine();
    ASSERT_TRUE(engine.Start(kName, "{}").ok());
    if (crash == 0) {
      ASSERT_TRUE(engine.Advance(kName, clock_.NowUs()).ok());
    }
    ASSERT_TRUE(engine.Advance(kName, clock_.NowUs()).ok());
  }
  StepEngine engine = MakeEngine();
  EXPECT_EQ(RunToEnd(engine), ExecutionState::kFailed);
  EXPECT_EQ(runs_["b"], 3);
  EXPECT_EQ(seen_error_, "cancelled: b: its process died, for the last time in attempt 3");
}

TEST_F(StepEngineTest, RetriesWithBackoffThenCatches) {
  failures_["b"] = 3;
  StepEngine engine = MakeEngine();
  ASSERT_TRUE(engine.Start(kName, "{}").ok());
  EXPECT_EQ(RunToEnd(engine), ExecutionState::kFailed);
  EXPECT_EQ(runs_, (std::map<std::string, int>{{"a", 1}, {"b", 3}, {"fail", 1}}));
  EXPECT_EQ(seen_error_, "io: b: b failed");
  EXPECT_EQ(retried_, 2);
  EXPECT_EQ(gave_up_, 1);
}

TEST_F(StepEngineTest, ErrorsThatCannotHealAreNotRetried) {
  failures_["a"] = 1;
  code_ = Code::kCorrupt;
  StepEngine engine = MakeEngine();
  ASSERT_TRUE(engine.Start(kName, "{}").ok());
  EXPECT_EQ(RunToEnd(engine), ExecutionState::kFailed);
  EXPECT_EQ(runs_, (std::map<std::string, int>{{"a", 1}, {"fail", 1}}));
}

TEST_F(StepEngineTest, TheCatchIsTriedUntilItSucceeds) {
  failures_ = {{"a", 1}, {"fail", 20}};
  code_ = Code::kInternal;
  StepEngine engine = MakeEngine();
  ASSERT_TRUE(engine.Start(kName, "{}").ok());
  EXPECT_EQ(RunToEnd(engine), ExecutionState::kFailed);
  EXPECT_EQ(runs_["fail"], 21);
}

TEST_F(StepEngineTest, OfTwoDriversOneStandsBack) {
  StepEngine first = MakeEngine();
  ASSERT_TRUE(first.Start(kName, "{}").ok());
  StepEngine second = MakeEngine();
  ASSERT_TRUE(second.Advance(kName, clock_.NowUs()).ok());
  const auto late = first.Advance(kName, clock_.NowUs());
  ASSERT_FALSE(late.ok());
  EXPECT_EQ(late.error().code, Code::kConflict);
  EXPECT_EQ(RunToEnd(second), ExecutionState::kSucceeded);
}

TEST_F(StepEngineTest, AConflictEndsTheAttemptWithoutCountingIt) {
  failures_["b"] = 1;
  code_ = Code::kConflict;
  StepEngine engine = MakeEngine();
  ASSERT_TRUE(engine.Start(kName, "{}").ok());
  ASSERT_TRUE(engine.Advance(kName, clock_.NowUs()).ok());
  const auto lost = engine.Advance(kName, clock_.NowUs());
  ASSERT_FALSE(lost.ok());
  EXPECT_EQ(lost.error().code, Code::kConflict);
  EXPECT_EQ(engine.Describe(kName)->attempt, 1u);
}

TEST_F(StepEngineTest, GivenBackInGoodOrderAnAttemptDoesNotCount) {
  StepEngine engine = MakeEngine();
  ASSERT_TRUE(engine.Start(kName, "{}").ok());
  ASSERT_TRUE(engine.Advance(kName, clock_.NowUs()).ok());
  waits_ = 1;
  ASSERT_TRUE(engine.Advance(kName, clock_.NowUs()).ok());
  EXPECT_EQ(engine.Release(kName, true, clock_.NowUs()), "ab");
  StepEngine successor = MakeEngine();
  waits_ = 1;
  ASSERT_TRUE(successor.Advance(kName, clock_.NowUs()).ok());
  EXPECT_EQ(successor.Describe(kName)->attempt, 1u);
}

TEST_F(StepEngineTest, AClockSetBackDoesNotStretchAWait) {
  failures_["a"] = 1;
  StepEngine engine = MakeEngine();
  ASSERT_TRUE(engine.Start(kName, "{}").ok());
  ASSERT_TRUE(engine.Advance(kName, clock_.NowUs()).ok());
  clock_.Advance(-kMicrosPerDay);
  ASSERT_TRUE(engine.Advance(kName, clock_.NowUs()).ok());
  EXPECT_EQ(runs_["a"], 2);
}

TEST_F(StepEngineTest, AbortEndsWhatHasNothingLeftToDo) {
  StepEngine engine = MakeEngine();
  ASSERT_TRUE(engine.Start(kName, "{}").ok());
  ASSERT_TRUE(engine.Abort(kName, "over", clock_.NowUs()).ok());
  EXPECT_TRUE(engine.Abort(kName, "over", clock_.NowUs()).ok());
  EXPECT_EQ(engine.Advance(kName, clock_.NowUs())->state, ExecutionState::kFailed);
  EXPECT_TRUE(runs_.empty());
}

}  // namespace
}  // namespace varve
