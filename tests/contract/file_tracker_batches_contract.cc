// Batches: claims, leases, fences, and how they end.
#include <gmock/gmock.h>

#include <atomic>
#include <mutex>
#include <set>

#include "file_tracker_contract.h"
#include "scratch.h"

namespace varve {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

TEST_P(FileTrackerContract, AClaimMakesABatch) {
  const std::vector<ObjectRef> files = AddMany(10);
  const BatchRecord batch = Claim(files);
  EXPECT_EQ(batch.id, "2025-01-17/batch-0001");
  EXPECT_EQ(batch.pipeline, kPipeline);
  EXPECT_EQ(batch.state, BatchState::kClaimed);
  EXPECT_EQ(batch.files, files);
  EXPECT_EQ(batch.owner, "owner-1");
  EXPECT_EQ(batch.lease_until_us, kNow + kMinute);
  EXPECT_GT(batch.fence, 0u);
  EXPECT_EQ(batch, *tracker_->GetBatch(kPipeline, batch.id));
  for (const ObjectRef& ref : files) {
    EXPECT_EQ(Get(ref).state, FileState::kClaimed);
    EXPECT_EQ(Get(ref).batch, batch.id);
  }
  EXPECT_EQ(Count(FileState::kPending), 0u);
  EXPECT_EQ(Count(FileState::kClaimed), 10u);
  EXPECT_THAT(PendingKeys(kNow), IsEmpty());
}

TEST_P(FileTrackerContract, BatchesAreNumberedPerPipelineAndDay) {
  const std::vector<ObjectRef> files = AddMany(3);
  EXPECT_EQ(Claim({files[0]}).id, "2025-01-17/batch-0001");
  EXPECT_EQ(Claim({files[1]}).id, "2025-01-17/batch-0002");
  ClaimRequest tomorrow = Request({files[2]});
  tomorrow.day = "2025-01-18";
  EXPECT_EQ(tracker_->Claim(tomorrow)->id, "2025-01-18/batch-0001");
}

TEST_P(FileTrackerContract, AClaimIsAllOrNothing) {
  const std::vector<ObjectRef> files = AddMany(3);
  Claim({files[1]});
  EXPECT_EQ(tracker_->Claim(Request(files)).error().code, Code::kConflict);
  EXPECT_EQ(StateOf(files[0]), FileState::kPending);
  EXPECT_EQ(StateOf(files[2]), FileState::kPending);
  EXPECT_EQ(tracker_->Claim(Request({files[0], {"in", "unknown", "v"}})).error().code,
            Code::kConflict);
  EXPECT_EQ(StateOf(files[0]), FileState::kPending);
}

TEST_P(FileTrackerContract, AClaimHasOneToNinetyDifferentFiles) {
  const std::vector<ObjectRef> files = AddMany(kBatchFilesMax + 1);
  EXPECT_EQ(tracker_->Claim(Request(files)).error().code, Code::kInvalidArgument);
  EXPECT_EQ(tracker_->Claim(Request({})).error().code, Code::kInvalidArgument);
  EXPECT_EQ(tracker_->Claim(Request({files[0], files[0]})).error().code, Code::kInvalidArgument);
  EXPECT_THAT(Claim({files.begin(), files.end() - 1}).files, SizeIs(kBatchFilesMax));
}

TEST_P(FileTrackerContract, RacingClaimersNeverOverlap) {
  const std::vector<ObjectRef> files = AddMany(60);
  std::mutex mutex;
  std::vector<BatchRecord> batches;
  InThreads(4, [&](int i) {
    for (int empty = 0; empty < 3;) {
      const auto pending = tracker_->Pending(kPipeline, kNow, 7);
      ASSERT_TRUE(pending.ok()) << pending.error().message;
      empty = pending->empty() ? empty + 1 : 0;
      if (pending->empty()) continue;
      std::vector<ObjectRef> wanted;
      for (const FileRecord& file : *pending) wanted.push_back(file.object.ref);
      const auto batch = tracker_->Claim(Request(wanted, "owner-" + std::to_string(i)));
      if (!batch.ok()) {
        ASSERT_THAT(batch.error().code, testing::AnyOf(Code::kConflict, Code::kThrottled))
            << batch.error().message;
        continue;
      }
      const std::lock_guard lock(mutex);
      batches.push_back(*batch);
    }
  });
  std::set<ObjectRef> claimed;
  std::set<std::string> ids;
  size_t total = 0;
  for (const BatchRecord& batch : batches) {
    claimed.insert(batch.files.begin(), batch.files.end());
    ids.insert(batch.id);
    total += batch.files.size();
  }
  EXPECT_EQ(claimed.size(), files.size());
  EXPECT_EQ(total, files.size());
  EXPECT_EQ(ids.size(), batches.size());
}

TEST_P(FileTrackerContract, ALeaseIsHeldUntilItEnds) {
  const std::vector<ObjectRef> files = AddMany(1);
  const BatchRecord batch = Claim(files);
  const auto lease = [&](const std::string& owner, int64_t now_us) {
    return tracker_->Lease(kPipeline, batch.id, owner, now_us, now_us + kMinute);
  };
  EXPECT_EQ(lease("owner-2", kNow + 1).error().code, Code::kConflict);
  EXPECT_THAT(*tracker_->Abandoned(kPipeline, kNow + 1, 10), IsEmpty());

  const auto renewed = lease("owner-1", kNow + 1);
  ASSERT_TRUE(renewed.ok());
  EXPECT_GT(renewed->fence, batch.fence);
  EXPECT_EQ(lease("owner-2", kNow + kMinute).error().code, Code::kConflict);

  ASSERT_THAT(*tracker_->Abandoned(kPipeline, kNow + 2 * kMinute, 10), SizeIs(1));
  const auto taken = lease("owner-2", kNow + 2 * kMinute);
  ASSERT_TRUE(taken.ok());
  EXPECT_GT(taken->fence, renewed->fence);
  EXPECT_EQ(taken->owner, "owner-2");
  EXPECT_THAT(*tracker_->Abandoned(kPipeline, kNow + 2 * kMinute, 10), IsEmpty());
  EXPECT_EQ(lease("owner-1", kNow + 2 * kMinute).error().code, Code::kConflict);
}

TEST_P(FileTrackerContract, ALeaseGivenBackIsFreeAtOnce) {
  const BatchRecord batch = Claim(AddMany(1));
  ASSERT_TRUE(tracker_->Lease(kPipeline, batch.id, "owner-1", kNow + 1, 0).ok());
  EXPECT_THAT(*tracker_->Abandoned(kPipeline, kNow + 1, 10), SizeIs(1));
  EXPECT_TRUE(tracker_->Lease(kPipeline, batch.id, "owner-2", kNow + 1, kNow + kMinute).ok());
}

TEST_P(FileTrackerContract, OfRacingTakeoversOneWins) {
  const BatchRecord batch = Claim(AddMany(1));
  std::atomic<int> winners = 0;
  InThreads(4, [&](int i) {
    const auto lease = tracker_->Lease(kPipeline, batch.id, "heir-" + std::to_string(i),
                                       kNow + 2 * kMinute, kNow + 3 * kMinute);
    if (lease.ok()) winners += 1;
  });
  EXPECT_EQ(winners, 1);
}

TEST_P(FileTrackerContract, AnOldFenceIsRefusedEverywhere) {
  const std::vector<ObjectRef> files = AddMany(1);
  const BatchRecord old = Claim(files);
  const auto taken =
      tracker_->Lease(kPipeline, old.id, "owner-2", kNow + 2 * kMinute, kNow + 3 * kMinute);
  ASSERT_TRUE(taken.ok());
  EXPECT_EQ(tracker_->Begin(old, kNow).error().code, Code::kConflict);
  EXPECT_EQ(tracker_->Fail(old, "x", {}, 1, kNow, kNow).error().code, Code::kConflict);
  const auto begun = tracker_->Begin(*taken, kNow);
  ASSERT_TRUE(begun.ok());
  EXPECT_EQ(tracker_->RecordOutputs(old, outputs_, kNow).error().code, Code::kConflict);
  const auto recorded = tracker_->RecordOutputs(*begun, outputs_, kNow);
  ASSERT_TRUE(recorded.ok());
  EXPECT_EQ(tracker_->Complete(old, Good(files), 1, kNow, kNow).error().code, Code::kConflict);
  EXPECT_TRUE(tracker_->Complete(*recorded, Good(files), 1, kNow, kNow).ok());
}

TEST_P(FileTrackerContract, UnknownBatchesAreNotFound) {
  EXPECT_EQ(tracker_->GetBatch(kPipeline, "x").error().code, Code::kNotFound);
  EXPECT_EQ(tracker_->Lease(kPipeline, "x", "o", kNow, kNow).error().code, Code::kNotFound);
  EXPECT_EQ(tracker_->Reopen(kPipeline, "x", "o", "", kNow, kNow).error().code, Code::kNotFound);
  BatchRecord batch;
  batch.pipeline = kPipeline;
  batch.id = "x";
  EXPECT_EQ(tracker_->Begin(batch, kNow).error().code, Code::kNotFound);
}

TEST_P(FileTrackerContract, ABatchGoesItsWay) {
  const std::vector<ObjectRef> files = AddMany(2);
  const BatchRecord claimed = Claim(files);
  const auto processing = tracker_->Begin(claimed, kNow + 1);
  ASSERT_TRUE(processing.ok());
  EXPECT_EQ(processing->state, BatchState::kProcessing);
  EXPECT_EQ(StateOf(files[0]), FileState::kProcessing);
  EXPECT_EQ(*tracker_->Begin(claimed, kNow + 9), *processing);

  const auto publishing = tracker_->RecordOutputs(*processing, outputs_, kNow + 2);
  ASSERT_TRUE(publishing.ok());
  EXPECT_EQ(publishing->state, BatchState::kPublishing);
  EXPECT_EQ(publishing->outputs, outputs_);
  EXPECT_EQ(StateOf(files[0]), FileState::kProcessing);
  EXPECT_EQ(*tracker_->RecordOutputs(*processing, outputs_, kNow + 9), *publishing);
  EXPECT_EQ(tracker_->RecordOutputs(*processing, {}, kNow).error().code, Code::kConflict);

  const auto completed = tracker_->Complete(*publishing, Good(files), kAttemptsMax, kNow, kNow + 3);
  ASSERT_TRUE(completed.ok());
  EXPECT_EQ(completed->state, BatchState::kCompleted);
  EXPECT_EQ(*tracker_->Complete(*publishing, Good(files), kAttemptsMax, kNow, kNow + 9),
            *completed);
  EXPECT_EQ(*tracker_->GetBatch(kPipeline, claimed.id), *completed);
  EXPECT_EQ(StateOf(files[1]), FileState::kCompleted);
  EXPECT_EQ(Get(files[1]).accounting, kGood);
  EXPECT_EQ(tracker_->Stats(kPipeline)->totals, (RowAccounting{20, 14, 4, 2}));
  EXPECT_EQ(Count(FileState::kCompleted), 2u);
}

TEST_P(FileTrackerContract, StepsOutOfOrderAreConflicts) {
  const std::vector<ObjectRef> files = AddMany(1);
  const BatchRecord claimed = Claim(files);
  EXPECT_EQ(tracker_->RecordOutputs(claimed, outputs_, kNow).error().code, Code::kConflict);
  EXPECT_EQ(tracker_->Complete(claimed, Good(files), 1, kNow, kNow).error().code, Code::kConflict);
  const auto failed = tracker_->Fail(claimed, "boom", {}, 1, kNow, kNow);
  ASSERT_TRUE(failed.ok());
  EXPECT_EQ(tracker_->Begin(*failed, kNow).error().code, Code::kConflict);
  EXPECT_EQ(tracker_->Lease(kPipeline, claimed.id, "owner-1", kNow, kNow).error().code,
            Code::kConflict);
}

TEST_P(FileTrackerContract, UnbalancedAccountingIsRefused) {
  const std::vector<ObjectRef> files = AddMany(2);
  const BatchRecord batch = Publishing(files);
  std::vector<FileOutcome> outcomes = Good(files);
  outcomes[1].accounting.lines += 1;
  const auto complete = [&] { return tracker_->Complete(batch, outcomes, 1, kNow, kNow); };
  EXPECT_EQ(complete().error().code, Code::kInvalidArgument);
  EXPECT_EQ(StateOf(files[0]), FileState::kProcessing);
  outcomes.pop_back();
  EXPECT_EQ(complete().error().code, Code::kInvalidArgument);
  outcomes.push_back(outcomes[0]);
  EXPECT_EQ(complete().error().code, Code::kInvalidArgument);
  outcomes[1] = {{"in", "stranger", "v1"}, kGood, ""};
  EXPECT_EQ(complete().error().code, Code::kInvalidArgument);
  outcomes = Good(files);
  EXPECT_TRUE(complete().ok());
}

TEST_P(FileTrackerContract, AFileWithAnErrorIsTriedAgainAlone) {
  const std::vector<ObjectRef> files = AddMany(2);
  const BatchRecord batch = Publishing(files);
  const std::vector<FileOutcome> outcomes = {{files[0], kGood, ""}, {files[1], {}, "bad gzip"}};
  ASSERT_TRUE(tracker_->Complete(batch, outcomes, 2, kNow + kMinute, kNow + 5).ok());
  const FileRecord file = Get(files[1]);
  EXPECT_EQ(file.state, FileState::kPending);
  EXPECT_EQ(file.attempts, 1u);
  EXPECT_TRUE(file.alone);
  EXPECT_EQ(file.not_before_us, kNow + kMinute);
  EXPECT_EQ(file.error, "bad gzip");
  EXPECT_EQ(tracker_->History(kPipeline, files[1])->back().detail, "bad gzip");
  EXPECT_EQ(tracker_->Stats(kPipeline)->totals, kGood);

  const BatchRecord second = Publishing({files[1]});
  ASSERT_TRUE(tracker_->Complete(second, {{files[1], {}, "bad gzip"}}, 2, kNow, kNow).ok());
  EXPECT_EQ(StateOf(files[1]), FileState::kFailed);
  EXPECT_EQ(Get(files[1]).attempts, 2u);
}

TEST_P(FileTrackerContract, AFailedBatchGivesItsFilesBack) {
  const std::vector<ObjectRef> files = AddMany(3);
  const BatchRecord batch = Processing(files);
  EXPECT_EQ(tracker_->Fail(batch, "x", {{"in", "stranger", "v"}}, 2, kNow, kNow).error().code,
            Code::kInvalidArgument);
  const auto failed =
      tracker_->Fail(batch, "out of memory", {files[2]}, 2, kNow + kMinute, kNow + 5);
  ASSERT_TRUE(failed.ok());
  EXPECT_EQ(failed->state, BatchState::kFailed);
  EXPECT_EQ(failed->error, "out of memory");
  EXPECT_EQ(*tracker_->Fail(batch, "out of memory", {files[2]}, 2, kNow, kNow + 9), *failed);
  EXPECT_EQ(StateOf(files[0]), FileState::kPending);
  EXPECT_EQ(Get(files[0]).attempts, 1u);
  EXPECT_TRUE(Get(files[0]).alone);
  EXPECT_EQ(StateOf(files[2]), FileState::kMissing);
  EXPECT_THAT(*tracker_->Abandoned(kPipeline, kNow + 100 * kMinute, 10), IsEmpty());
}

TEST_P(FileTrackerContract, ACompletedBatchCannotFail) {
  const BatchRecord batch = Completed(AddMany(1));
  EXPECT_EQ(tracker_->Fail(batch, "x", {}, 1, kNow, kNow).error().code, Code::kConflict);
}

TEST_P(FileTrackerContract, AFailedFileWithANewerVersionIsSuperseded) {
  const ObjectRef ref = Add("a");
  const BatchRecord batch = Processing({ref});
  EXPECT_EQ(Register(File("a", "v2", kNow, "2")), Registered::kNew);
  ASSERT_TRUE(tracker_->Fail(batch, "boom", {}, 5, kNow, kNow).ok());
  EXPECT_EQ(StateOf(ref), FileState::kSuperseded);
}

TEST_P(FileTrackerContract, BatchesHavePagesNewestFirst) {
  const std::vector<ObjectRef> files = AddMany(25);
  std::vector<std::string> expected;
  for (size_t i = 0; i < files.size(); ++i) {
    ClaimRequest request = Request({files[i]});
    request.now_us = kNow + static_cast<int64_t>(i);
    const auto batch = tracker_->Claim(request);
    ASSERT_TRUE(batch.ok());
    expected.insert(expected.begin(), batch->id);
    if (i % 5 == 0) {
      ASSERT_TRUE(tracker_->Fail(*batch, "x", {}, 1, kNow, kNow).ok());
    }
  }
  const auto ids = [&](std::optional<BatchState> state, const std::string& prefix = "") {
    std::vector<std::string> found;
    std::string after;
    do {
      const auto page = tracker_->Batches(kPipeline, {state, prefix}, after, 4);
      EXPECT_TRUE(page.ok());
      EXPECT_LE(page->batches.size(), 4u);
      for (const BatchRecord& batch : page->batches) found.push_back(batch.id);
      after = page->next;
    } while (!after.empty());
    return found;
  };
  EXPECT_EQ(ids({}), expected);
  EXPECT_THAT(ids(BatchState::kFailed), SizeIs(5));
  EXPECT_THAT(ids(BatchState::kClaimed), SizeIs(20));
  EXPECT_THAT(ids(BatchState::kCompleted), IsEmpty());
  EXPECT_EQ(ids({}, "2025-01-17/"), expected);
  EXPECT_THAT(ids({}, "2025-01-17/batch-001"), SizeIs(10));
  EXPECT_THAT(ids(BatchState::kFailed, "2025-01-17/batch-001"), SizeIs(2));
  EXPECT_THAT(ids({}, "2025-01-18"), IsEmpty());
}

TEST_P(FileTrackerContract, AReopenedBatchKeepsItsFilesCompleted) {
  const std::vector<ObjectRef> files = AddMany(1);
  const BatchRecord batch = Completed(files);
  const auto reopened =
      tracker_->Reopen(kPipeline, batch.id, "owner-2", "reprocess", kNow, kNow + kMinute);
  ASSERT_TRUE(reopened.ok()) << reopened.error().message;
  EXPECT_EQ(reopened->state, BatchState::kClaimed);
  EXPECT_EQ(reopened->reruns, 1u);
  EXPECT_EQ(reopened->previous, outputs_);
  EXPECT_THAT(reopened->outputs, IsEmpty());
  EXPECT_GT(reopened->fence, batch.fence);
  EXPECT_EQ(reopened->owner, "owner-2");
  EXPECT_EQ(StateOf(files[0]), FileState::kCompleted);
  EXPECT_EQ(tracker_->History(kPipeline, files[0])->back().detail, "reprocess");
  EXPECT_EQ(tracker_->Reopen(kPipeline, batch.id, "o", "", kNow, kNow).error().code,
            Code::kConflict);

  const auto processing = tracker_->Begin(*reopened, kNow);
  ASSERT_TRUE(processing.ok());
  EXPECT_EQ(StateOf(files[0]), FileState::kCompleted);
  const auto publishing = tracker_->RecordOutputs(*processing, {}, kNow);
  ASSERT_TRUE(publishing.ok());
  EXPECT_EQ(publishing->previous, outputs_);
  const RowAccounting other = {10, 8, 1, 1};
  const auto completed =
      tracker_->Complete(*publishing, {{files[0], other, ""}}, kAttemptsMax, kNow, kNow);
  ASSERT_TRUE(completed.ok());
  EXPECT_THAT(completed->previous, IsEmpty());
  EXPECT_EQ(Get(files[0]).accounting, other);
  EXPECT_EQ(tracker_->Stats(kPipeline)->totals, other);
  EXPECT_EQ(Count(FileState::kCompleted), 1u);
}

TEST_P(FileTrackerContract, AFailedRerunIsAsIfItHadNotBeen) {
  const std::vector<ObjectRef> files = AddMany(1);
  const BatchRecord batch = Completed(files);
  const auto reopened = tracker_->Reopen(kPipeline, batch.id, "owner-1", "", kNow, kNow + kMinute);
  ASSERT_TRUE(reopened.ok());
  const auto failed = tracker_->Fail(*reopened, "no disk", {}, 1, kNow, kNow);
  ASSERT_TRUE(failed.ok());
  EXPECT_EQ(failed->state, BatchState::kCompleted);
  EXPECT_EQ(failed->outputs, outputs_);
  EXPECT_THAT(failed->previous, IsEmpty());
  EXPECT_EQ(*tracker_->Fail(*reopened, "no disk", {}, 1, kNow, kNow + 9), *failed);
  EXPECT_EQ(StateOf(files[0]), FileState::kCompleted);
  EXPECT_EQ(tracker_->Stats(kPipeline)->totals, kGood);
}

TEST_P(FileTrackerContract, ABatchWhoseFilesWentElsewhereIsNotReopened) {
  const std::vector<ObjectRef> files = AddMany(2);
  const BatchRecord batch = Publishing(files);
  ASSERT_TRUE(
      tracker_->Complete(batch, {{files[0], kGood, ""}, {files[1], {}, "bad"}}, 5, kNow, kNow)
          .ok());
  EXPECT_EQ(tracker_->Reopen(kPipeline, batch.id, "o", "", kNow, kNow + 1).error().code,
            Code::kConflict);
  Completed({files[1]});
  EXPECT_EQ(tracker_->Reopen(kPipeline, batch.id, "o", "", kNow, kNow + 1).error().code,
            Code::kConflict);
  EXPECT_EQ(tracker_->GetBatch(kPipeline, batch.id)->state, BatchState::kCompleted);
}

}  // namespace
}  // namespace varve
