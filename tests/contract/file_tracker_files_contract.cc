// Files: registering, looking up, paging, people's changes.
#include <gmock/gmock.h>

#include <set>

#include "file_tracker_contract.h"

namespace varve {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

TEST_P(FileTrackerContract, ARegisteredFileIsPending) {
  const FileRecord file = File("a.ndjson");
  EXPECT_EQ(Register(file), Registered::kNew);
  const FileRecord stored = Get(file.object.ref);
  EXPECT_EQ(stored.object, file.object);
  EXPECT_EQ(stored.sequencer, "1");
  EXPECT_EQ(stored.state, FileState::kPending);
  EXPECT_EQ(stored.first_seen_us, kNow);
  EXPECT_EQ(stored.attempts, 0u);
  EXPECT_FALSE(stored.alone);
  EXPECT_EQ(Count(FileState::kPending), 1u);
  EXPECT_EQ(tracker_->Get("other", file.object.ref).error().code, Code::kNotFound);
}

TEST_P(FileTrackerContract, TheSameFileAThousandTimesIsOne) {
  const FileRecord file = File("a.ndjson");
  EXPECT_EQ(Register(file), Registered::kNew);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(Register(file), Registered::kKnown);
  EXPECT_EQ(Count(FileState::kPending), 1u);
  EXPECT_THAT(*tracker_->History(kPipeline, file.object.ref), SizeIs(1));
}

TEST_P(FileTrackerContract, OnlyTheFirstVersionsOfKeysAreRegisteredTogether) {
  const FileRecord old = File("a", "v1", kNow, "1");
  const FileRecord newer = File("a", "v2", kNow + 5, "2");
  const FileRecord other = File("b");
  EXPECT_THAT(*tracker_->RegisterFirst({}, "event"), IsEmpty());
  EXPECT_THAT(*tracker_->RegisterFirst({old, newer, other}, "event"),
              ElementsAre(true, false, true));
  EXPECT_THAT(*tracker_->RegisterFirst({newer, old, File("c"), other}, "event"),
              ElementsAre(false, false, true, false));
  EXPECT_EQ(StateOf(old.object.ref), FileState::kPending);
  EXPECT_EQ(tracker_->Get(kPipeline, newer.object.ref).error().code, Code::kNotFound);
  EXPECT_EQ(Count(FileState::kPending), 3u);
  EXPECT_THAT(*tracker_->History(kPipeline, old.object.ref), SizeIs(1));
  EXPECT_EQ(Register(newer), Registered::kNew);
  EXPECT_EQ(StateOf(old.object.ref), FileState::kSuperseded);
}

TEST_P(FileTrackerContract, UnknownFilesAreNotFound) {
  const ObjectRef ref = {"in", "none", "v1"};
  EXPECT_EQ(tracker_->Get(kPipeline, ref).error().code, Code::kNotFound);
  EXPECT_EQ(tracker_->History(kPipeline, ref).error().code, Code::kNotFound);
  EXPECT_EQ(tracker_->Retry(kPipeline, ref, "", kNow).error().code, Code::kNotFound);
  EXPECT_EQ(tracker_->MarkMissing(kPipeline, ref, "", kNow).error().code, Code::kNotFound);
  EXPECT_THAT(*tracker_->Versions(kPipeline, "none"), IsEmpty());
}

TEST_P(FileTrackerContract, ANewerVersionSupersedesAPendingOne) {
  const FileRecord first = File("a", "v1", kNow, "1");
  const FileRecord second = File("a", "v2", kNow + 5, "2");
  EXPECT_EQ(Register(first), Registered::kNew);
  EXPECT_EQ(Register(second), Registered::kNew);
  EXPECT_EQ(StateOf(first.object.ref), FileState::kSuperseded);
  EXPECT_EQ(StateOf(second.object.ref), FileState::kPending);
  const auto versions = tracker_->Versions(kPipeline, "a");
  ASSERT_THAT(*versions, SizeIs(2));
  EXPECT_EQ(versions->at(0).object.ref.version, "v2");
  EXPECT_EQ(Register(first), Registered::kKnown);
  EXPECT_EQ(Count(FileState::kSuperseded), 1u);
}

TEST_P(FileTrackerContract, AnOlderVersionThatArrivesLateIsSuperseded) {
  EXPECT_EQ(Register(File("a", "v2", kNow, "2")), Registered::kNew);
  EXPECT_EQ(Register(File("a", "v1", kNow, "1")), Registered::kSuperseded);
  EXPECT_EQ(StateOf({"in", "a", "v1"}), FileState::kSuperseded);
  EXPECT_THAT(PendingKeys(kNow), SizeIs(1));
  EXPECT_EQ(tracker_->Versions(kPipeline, "a")->at(0).object.ref.version, "v2");
}

TEST_P(FileTrackerContract, WithEqualSequencersTheLastToComeIsTheNewest) {
  EXPECT_EQ(Register(File("a", "v9", kNow, "")), Registered::kNew);
  EXPECT_EQ(Register(File("a", "v1", kNow, "")), Registered::kNew);
  EXPECT_EQ(StateOf({"in", "a", "v9"}), FileState::kSuperseded);
  EXPECT_EQ(StateOf({"in", "a", "v1"}), FileState::kPending);
}

TEST_P(FileTrackerContract, WorkThatHasBegunIsNotSuperseded) {
  const ObjectRef claimed = Add("claimed");
  const ObjectRef done = Add("done");
  Completed({done});
  Claim({claimed});
  EXPECT_EQ(Register(File("claimed", "v2", kNow, "2")), Registered::kNew);
  EXPECT_EQ(Register(File("done", "v2", kNow, "2")), Registered::kNew);
  EXPECT_EQ(StateOf(claimed), FileState::kClaimed);
  EXPECT_EQ(StateOf(done), FileState::kCompleted);
}

TEST_P(FileTrackerContract, OddKeysAreKeptApart) {
  const std::vector<std::string> keys = {"../x",        "a b+c%20",
                                         "line\nbreak", "\xF0\x9F\xAA\xA8",
                                         "<b>x</b>",    std::string(1024, 'k'),
                                         "a'b\"c;--",   "a%",
                                         "a_",          "A%"};
  for (const std::string& key : keys) Add(key);
  for (const std::string& key : keys) {
    EXPECT_EQ(Get({"in", key, "v1"}).object.ref.key, key);
    EXPECT_THAT(tracker_->Files(kPipeline, {{}, key, ""}, "", 10)->files, SizeIs(1)) << key;
  }
}

TEST_P(FileTrackerContract, PipelinesAreKeptApart) {
  Add("a");
  FileRecord other = File("a");
  other.pipeline = "other";
  EXPECT_EQ(Register(other), Registered::kNew);
  EXPECT_EQ(Count(FileState::kPending), 1u);
  Claim({other.object.ref});
  EXPECT_EQ(tracker_->Get("other", other.object.ref)->state, FileState::kPending);
}

TEST_P(FileTrackerContract, PendingIsOldestFirst) {
  Add("young", kNow + 3);
  Add("old", kNow + 1);
  Add("middle", kNow + 2);
  EXPECT_THAT(PendingKeys(kNow + 10), ElementsAre("old", "middle", "young"));
  EXPECT_THAT(PendingKeys(kNow + 10, 2), ElementsAre("old", "middle"));
  EXPECT_EQ(tracker_->Stats(kPipeline)->oldest_pending_us, kNow + 1);
}

// The wall clock may have been set back since the file was seen.
TEST_P(FileTrackerContract, AFileSeenInTheFutureIsPendingNow) {
  Add("a", kNow + 1000 * kMinute);
  EXPECT_THAT(PendingKeys(kNow), ElementsAre("a"));
}

TEST_P(FileTrackerContract, PendingWaitsForNotBefore) {
  const ObjectRef tried = Add("tried", kNow);
  const BatchRecord batch = Claim({tried});
  ASSERT_TRUE(tracker_->Fail(batch, "boom", {}, kAttemptsMax, kNow + kMinute, kNow).ok());
  Add("fresh", kNow + 1);
  EXPECT_THAT(PendingKeys(kNow + 2), ElementsAre("fresh"));
  EXPECT_THAT(PendingKeys(kNow + kMinute), ElementsAre("tried", "fresh"));
  EXPECT_EQ(tracker_->Stats(kPipeline)->oldest_pending_us, kNow);
}

TEST_P(FileTrackerContract, FilesHavePages) {
  std::set<std::string> expected;
  for (int i = 0; i < 2500; ++i) expected.insert(Add("file-" + std::to_string(i)).key);
  std::set<std::string> seen;
  std::string after;
  do {
    const auto page = tracker_->Files(kPipeline, {}, after, 400);
    ASSERT_TRUE(page.ok());
    EXPECT_LE(page->files.size(), 400u);
    for (const FileRecord& file : page->files) {
      EXPECT_TRUE(seen.insert(file.object.ref.key).second) << file.object.ref.key;
    }
    after = page->next;
  } while (!after.empty());
  EXPECT_EQ(seen, expected);
}

TEST_P(FileTrackerContract, FilesAreFiltered) {
  const ObjectRef one = Add("a/1");
  const ObjectRef two = Add("a/2");
  Add("b/1");
  const BatchRecord batch = Claim({one, two});
  const auto keys = [&](const FileFilter& filter) {
    std::vector<std::string> found;
    std::string after;
    do {  // one at a time: filters and pages together
      const auto page = tracker_->Files(kPipeline, filter, after, 1);
      EXPECT_TRUE(page.ok());
      for (const FileRecord& file : page->files) found.push_back(file.object.ref.key);
      after = page->next;
    } while (!after.empty());
    return found;
  };
  EXPECT_THAT(keys({FileState::kClaimed, "", ""}), testing::UnorderedElementsAre("a/1", "a/2"));
  EXPECT_THAT(keys({FileState::kPending, "", ""}), ElementsAre("b/1"));
  EXPECT_THAT(keys({{}, "a/", ""}), testing::UnorderedElementsAre("a/1", "a/2"));
  EXPECT_THAT(keys({FileState::kClaimed, "a/2", ""}), ElementsAre("a/2"));
  EXPECT_THAT(keys({FileState::kPending, "a/", ""}), IsEmpty());
  EXPECT_THAT(keys({{}, "", batch.id}), testing::UnorderedElementsAre("a/1", "a/2"));
  EXPECT_THAT(keys({FileState::kClaimed, "a/1", batch.id}), ElementsAre("a/1"));
  EXPECT_THAT(keys({{}, "", "2025-01-17/batch-9999"}), IsEmpty());
}

TEST_P(FileTrackerContract, FilesAndBatchesWithQuarantinedLinesAreFound) {
  const ObjectRef good = Add("a");
  const BatchRecord clean = Publishing({good});
  ASSERT_TRUE(tracker_->Complete(clean, {{good, {3, 3, 0, 0}, ""}}, 1, kNow, kNow).ok());
  const ObjectRef bad = Add("c");
  outputs_.push_back({"staging/q", "_quarantine/q.ndjson", 0, 9, "cd", true});
  const BatchRecord dirty = Publishing({bad});
  ASSERT_TRUE(tracker_->Complete(dirty, {{bad, {3, 1, 2, 0}, ""}}, 1, kNow, kNow).ok());
  FileFilter files;
  files.quarantined = true;
  ASSERT_THAT(tracker_->Files(kPipeline, files, "", 10)->files, SizeIs(1));
  EXPECT_EQ(tracker_->Files(kPipeline, files, "", 10)->files[0].object.ref, bad);
  files.state = FileState::kFailed;
  EXPECT_THAT(tracker_->Files(kPipeline, files, "", 10)->files, IsEmpty());
  BatchFilter batches;
  batches.quarantined = true;
  ASSERT_THAT(tracker_->Batches(kPipeline, batches, "", 10)->batches, SizeIs(1));
  EXPECT_EQ(tracker_->Batches(kPipeline, batches, "", 10)->batches[0].id, dirty.id);
  batches.id_prefix = clean.id;
  EXPECT_THAT(tracker_->Batches(kPipeline, batches, "", 10)->batches, IsEmpty());
}

TEST_P(FileTrackerContract, RetryBringsBackWhatFailedForGood) {
  const ObjectRef ref = Add("a");
  EXPECT_EQ(tracker_->Retry(kPipeline, ref, "", kNow).error().code, Code::kConflict);
  ASSERT_TRUE(tracker_->Fail(Claim({ref}), "boom", {}, 1, kNow + kMinute, kNow).ok());
  EXPECT_EQ(StateOf(ref), FileState::kFailed);
  ASSERT_TRUE(tracker_->Retry(kPipeline, ref, "by hand", kNow + 7).ok());
  const FileRecord file = Get(ref);
  EXPECT_EQ(file.state, FileState::kPending);
  EXPECT_EQ(file.attempts, 0u);
  EXPECT_EQ(tracker_->History(kPipeline, ref)->back().detail, "by hand");
  EXPECT_THAT(PendingKeys(kNow), ElementsAre("a"));
  EXPECT_EQ(tracker_->Retry(kPipeline, ref, "", kNow).error().code, Code::kConflict);
}

TEST_P(FileTrackerContract, MissingFilesAndTheirReturn) {
  const ObjectRef ref = Add("a");
  ASSERT_TRUE(tracker_->MarkMissing(kPipeline, ref, "deleted", kNow + 1).ok());
  EXPECT_EQ(StateOf(ref), FileState::kMissing);
  EXPECT_EQ(tracker_->MarkMissing(kPipeline, ref, "", kNow).error().code, Code::kConflict);
  EXPECT_THAT(PendingKeys(kNow + 10), IsEmpty());
  EXPECT_EQ(Register(File("a", "v1", kNow + 2)), Registered::kNew);
  EXPECT_EQ(StateOf(ref), FileState::kPending);
  EXPECT_EQ(Count(FileState::kMissing), 0u);
  Claim({ref});
  EXPECT_EQ(tracker_->MarkMissing(kPipeline, ref, "", kNow).error().code, Code::kConflict);
}

TEST_P(FileTrackerContract, AMissingVersionThatIsBackMayBeOldNews) {
  const ObjectRef ref = Add("a");
  ASSERT_TRUE(tracker_->MarkMissing(kPipeline, ref, "deleted", kNow + 1).ok());
  EXPECT_EQ(Register(File("a", "v2", kNow, "2")), Registered::kNew);
  EXPECT_EQ(Register(File("a", "v1", kNow, "1")), Registered::kSuperseded);
  EXPECT_EQ(StateOf(ref), FileState::kSuperseded);
  ASSERT_TRUE(tracker_->Retry(kPipeline, ref, "newest after all", kNow).ok());
  EXPECT_EQ(StateOf(ref), FileState::kPending);
}

TEST_P(FileTrackerContract, HistoryIsInOrder) {
  const ObjectRef ref = Add("a");
  const BatchRecord batch = Publishing({ref});
  ASSERT_TRUE(tracker_->Complete(batch, Good({ref}), kAttemptsMax, kNow, kNow + 9).ok());
  const auto history = tracker_->History(kPipeline, ref);
  ASSERT_TRUE(history.ok());
  std::vector<FileState> states;
  for (const FileEvent& event : *history) states.push_back(event.state);
  EXPECT_THAT(states, ElementsAre(FileState::kPending, FileState::kClaimed, FileState::kProcessing,
                                  FileState::kCompleted));
  EXPECT_EQ(history->front().detail, "event");
  EXPECT_EQ(history->front().batch, "");
  EXPECT_EQ(history->back().batch, batch.id);
  EXPECT_EQ(history->back().at_us, kNow + 9);
}

}  // namespace
}  // namespace varve
