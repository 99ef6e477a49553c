#include "model/file_rules.h"

#include <gtest/gtest.h>

namespace varve {
namespace {

TEST(StateNames, RoundTrip) {
  for (int i = 0; i <= static_cast<int>(FileState::kSuperseded); ++i) {
    const auto state = static_cast<FileState>(i);
    EXPECT_EQ(ParseFileState(FileStateName(state)), state);
  }
  for (int i = 0; i <= static_cast<int>(BatchState::kFailed); ++i) {
    const auto state = static_cast<BatchState>(i);
    EXPECT_EQ(ParseBatchState(BatchStateName(state)), state);
  }
  EXPECT_EQ(FileStateName(FileState::kSuperseded), "superseded");
  EXPECT_EQ(BatchStateName(BatchState::kPublishing), "publishing");
  EXPECT_FALSE(ParseFileState("Pending").has_value());
  EXPECT_FALSE(ParseBatchState("").has_value());
}

TEST(ObjectRefText, HasNoControlCharacters) {
  EXPECT_EQ(ToString({"in", "a/b c.ndjson", "1-2-3"}), "in/a/b c.ndjson@1-2-3");
  EXPECT_EQ(ToString({"in", "x\n\x1b[31m", "v"}), "in/x\\x0a\\x1b[31m@v");
}

TEST(FileRules, BatchIdsHaveFourDigitsOrMore) {
  EXPECT_EQ(BatchId("2025-01-17", 1), "2025-01-17/batch-0001");
  EXPECT_EQ(BatchId("2025-01-17", 12345), "2025-01-17/batch-12345");
}

TEST(FileRules, AttemptsAreCountedUpToTheirMost) {
  FileRecord file;
  file.state = FileState::kProcessing;
  file = AfterFailure(file, "boom", {2, 50}, false, 10);
  EXPECT_EQ(file.state, FileState::kPending);
  EXPECT_EQ(file.not_before_us, 50);
  EXPECT_TRUE(file.alone);
  file = AfterFailure(file, "boom", {2, 90}, false, 20);
  EXPECT_EQ(file.state, FileState::kFailed);
  EXPECT_EQ(file.not_before_us, 0);
  EXPECT_EQ(file.updated_us, 20);
}

TEST(FileRules, AFirstOutageSendsNoFileOnItsWayAlone) {
  FileRecord file;
  file.state = FileState::kProcessing;
  file = AfterFailure(file, "throttled", {kNobodyToBlame, 50}, false, 10);
  EXPECT_EQ(file.state, FileState::kPending);
  EXPECT_FALSE(file.alone);
  // What fails again may be one file that looks like an outage.
  file = AfterFailure(file, "throttled", {kNobodyToBlame, 50}, false, 20);
  EXPECT_TRUE(file.alone);
}

TEST(FileRules, AReopenedBatchRemembersWhatReadersSee) {
  BatchRecord batch;
  batch.state = BatchState::kCompleted;
  batch.outputs = {{"s", "f", 1, 2, "h", false}};
  batch.owner = "dead";
  ReopenBatch(batch);
  TakeLease(batch, "new", 5, 6);
  EXPECT_EQ(batch.attempts, 1u);
  EXPECT_EQ(batch.previous.size(), 1u);
  EXPECT_TRUE(FailAbortsRerun(batch));
  batch.state = BatchState::kPublishing;
  EXPECT_FALSE(FailAbortsRerun(batch));
}

}  // namespace
}  // namespace varve
