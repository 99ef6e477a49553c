#include "file_tracker_contract.h"

#include <utility>

#include "scratch.h"

namespace varve {

const RowAccounting FileTrackerContract::kGood = {10, 7, 2, 1};

void FileTrackerContract::SetUp() {
  scratch_ = MakeScratch();
  tracker_ = GetParam().make(scratch_);
  BatchOutput output;
  output.staged_key = "_varve/staging/job-1-1/part-00000";
  output.final_key = "year=2025/month=01/day=17/part-00000-2025-01-17-batch-0001.snappy.parquet";
  output.rows = 7;
  output.size_bytes = 1234;
  output.hash = "00112233445566778899aabbccddeeff";
  outputs_ = {output};
}

void FileTrackerContract::TearDown() {
  tracker_.reset();
  std::filesystem::remove_all(scratch_);
}

FileRecord FileTrackerContract::File(const std::string& key, const std::string& version,
                                     int64_t seen_us, const std::string& sequencer) {
  FileRecord file;
  file.pipeline = kPipeline;
  file.object.ref = {"in", key, version};
  file.object.size_bytes = 100;
  file.object.etag = "etag-" + version;
  file.object.modified_us = kNow - kMinute;
  file.sequencer = sequencer;
  file.first_seen_us = seen_us;
  return file;
}

Registered FileTrackerContract::Register(const FileRecord& file) {
  const auto registered = tracker_->Register(file, "event");
  EXPECT_TRUE(registered.ok()) << registered.error().message;
  return *registered;
}

ObjectRef FileTrackerContract::Add(const std::string& key, int64_t seen_us) {
  const FileRecord file = File(key, "v1", seen_us);
  EXPECT_EQ(Register(file), Registered::kNew);
  return file.object.ref;
}

std::vector<ObjectRef> FileTrackerContract::AddMany(int count) {
  std::vector<ObjectRef> refs;
  for (int i = 0; i < count; ++i) refs.push_back(Add("file-" + std::to_string(i) + ".ndjson"));
  return refs;
}

FileRecord FileTrackerContract::Get(const ObjectRef& ref) {
  const auto file = tracker_->Get(kPipeline, ref);
  EXPECT_TRUE(file.ok()) << file.error().message;
  return file.ok() ? *file : FileRecord{};
}

ClaimRequest FileTrackerContract::Request(std::vector<ObjectRef> files, const std::string& owner) {
  return {kPipeline, kDay, std::move(files), owner, kNow, kNow + kMinute};
}

BatchRecord FileTrackerContract::Claim(std::vector<ObjectRef> files) {
  const auto batch = tracker_->Claim(Request(std::move(files)));
  EXPECT_TRUE(batch.ok()) << batch.error().message;
  return batch.ok() ? *batch : BatchRecord{};
}

BatchRecord FileTrackerContract::Processing(std::vector<ObjectRef> files) {
  const auto batch = tracker_->Begin(Claim(std::move(files)), kNow);
  EXPECT_TRUE(batch.ok()) << batch.error().message;
  return batch.ok() ? *batch : BatchRecord{};
}

BatchRecord FileTrackerContract::Publishing(std::vector<ObjectRef> files) {
  const auto batch = tracker_->RecordOutputs(Processing(std::move(files)), outputs_, kNow);
  EXPECT_TRUE(batch.ok()) << batch.error().message;
  return batch.ok() ? *batch : BatchRecord{};
}

BatchRecord FileTrackerContract::Completed(std::vector<ObjectRef> files) {
  const auto outcomes = Good(files);
  const auto batch = tracker_->Complete(Publishing(std::move(files)), outcomes, kAttemptsMax,
                                        kNow + kMinute, kNow);
  EXPECT_TRUE(batch.ok()) << batch.error().message;
  return batch.ok() ? *batch : BatchRecord{};
}

std::vector<FileOutcome> FileTrackerContract::Good(const std::vector<ObjectRef>& files) {
  std::vector<FileOutcome> outcomes;
  for (const ObjectRef& ref : files) outcomes.push_back({ref, kGood, ""});
  return outcomes;
}

std::vector<std::string> FileTrackerContract::PendingKeys(int64_t now_us, int limit) {
  const auto pending = tracker_->Pending(kPipeline, now_us, limit);
  EXPECT_TRUE(pending.ok()) << pending.error().message;
  std::vector<std::string> keys;
  if (!pending.ok()) return keys;
  for (const FileRecord& file : *pending) keys.push_back(file.object.ref.key);
  return keys;
}

uint64_t FileTrackerContract::Count(FileState state) {
  const auto stats = tracker_->Stats(kPipeline);
  EXPECT_TRUE(stats.ok()) << stats.error().message;
  for (const StateCount& count : stats->states) {
    if (count.state == state) {
      EXPECT_EQ(count.bytes, 100 * count.files);
      return count.files;
    }
  }
  return 0;
}

}  // namespace varve
