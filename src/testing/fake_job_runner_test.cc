#include "testing/fake_job_runner.h"

#include <gtest/gtest.h>

namespace varve {
namespace {

JobStatus Succeeds(std::string_view, const Manifest&) {
  JobStatus status;
  status.state = JobState::kSucceeded;
  return status;
}

TEST(FakeJobRunner, AJobRunsForItsPollsThenEnds) {
  FakeJobRunner runner(Succeeds);
  runner.SetPolls(2);
  ASSERT_TRUE(runner.Start("j", {}).ok());
  EXPECT_EQ(runner.Describe("j")->state, JobState::kRunning);
  EXPECT_EQ(runner.Describe("j")->state, JobState::kRunning);
  EXPECT_EQ(runner.Describe("j")->state, JobState::kSucceeded);
  EXPECT_EQ(runner.Describe("j")->state, JobState::kSucceeded);
}

TEST(FakeJobRunner, StartIsIdempotentUntilTheJobIsForgotten) {
  FakeJobRunner runner(Succeeds);
  ASSERT_TRUE(runner.Start("j", {}).ok());
  ASSERT_TRUE(runner.Start("j", {}).ok());
  EXPECT_EQ(runner.Started().size(), 1u);
  runner.ForgetAll();
  EXPECT_EQ(runner.Describe("j").error().code, Code::kNotFound);
  ASSERT_TRUE(runner.Start("j", {}).ok());
  EXPECT_EQ(runner.Started().size(), 2u);
}

TEST(FakeJobRunner, StopCancelsWhatRuns) {
  FakeJobRunner runner(Succeeds);
  runner.SetPolls(1);
  ASSERT_TRUE(runner.Start("j", {}).ok());
  EXPECT_TRUE(runner.Stop("j").ok());
  EXPECT_EQ(runner.Describe("j")->code, Code::kCancelled);
  EXPECT_TRUE(runner.Stop("unknown").ok());
}

}  // namespace
}  // namespace varve
