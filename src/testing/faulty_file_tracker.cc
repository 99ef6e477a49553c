#include "testing/faulty_file_tracker.h"

namespace varve {

Result<Registered> FaultyFileTracker::Register(const FileRecord& file, std::string_view detail) {
  return plan_.Run("FileTracker::Register", [&] { return inner_.Register(file, detail); });
}

Result<FileRecord> FaultyFileTracker::Get(std::string_view pipeline, const ObjectRef& ref) {
  return plan_.Run("FileTracker::Get", [&] { return inner_.Get(pipeline, ref); });
}

Result<std::vector<FileRecord>> FaultyFileTracker::Versions(std::string_view pipeline,
                                                            std::string_view key) {
  return plan_.Run("FileTracker::Versions", [&] { return inner_.Versions(pipeline, key); });
}

Result<std::vector<FileEvent>> FaultyFileTracker::History(std::string_view pipeline,
                                                          const ObjectRef& ref) {
  return plan_.Run("FileTracker::History", [&] { return inner_.History(pipeline, ref); });
}

Result<FilePage> FaultyFileTracker::Files(std::string_view pipeline, const FileFilter& filter,
                                          std::string_view after, int limit) {
  return plan_.Run("FileTracker::Files",
                   [&] { return inner_.Files(pipeline, filter, after, limit); });
}

Result<std::vector<FileRecord>> FaultyFileTracker::Pending(std::string_view pipeline,
                                                           int64_t now_us, int limit) {
  return plan_.Run("FileTracker::Pending", [&] { return inner_.Pending(pipeline, now_us, limit); });
}

Result<TrackerStats> FaultyFileTracker::Stats(std::string_view pipeline) {
  return plan_.Run("FileTracker::Stats", [&] { return inner_.Stats(pipeline); });
}

Result<BatchRecord> FaultyFileTracker::Claim(const ClaimRequest& request) {
  return plan_.Run("FileTracker::Claim", [&] { return inner_.Claim(request); });
}

Result<BatchRecord> FaultyFileTracker::Lease(std::string_view pipeline, std::string_view batch,
                                             std::string_view owner, int64_t now_us,
                                             int64_t lease_until_us) {
  return plan_.Run("FileTracker::Lease",
                   [&] { return inner_.Lease(pipeline, batch, owner, now_us, lease_until_us); });
}

Result<std::vector<BatchRecord>> FaultyFileTracker::Abandoned(std::string_view pipeline,
                                                              int64_t now_us, int limit) {
  return plan_.Run("FileTracker::Abandoned",
                   [&] { return inner_.Abandoned(pipeline, now_us, limit); });
}

Result<BatchRecord> FaultyFileTracker::GetBatch(std::string_view pipeline, std::string_view batch) {
  return plan_.Run("FileTracker::GetBatch", [&] { return inner_.GetBatch(pipeline, batch); });
}

Result<BatchPage> FaultyFileTracker::Batches(std::string_view pipeline, const BatchFilter& filter,
                                             std::string_view after, int limit) {
  return plan_.Run("FileTracker::Batches",
                   [&] { return inner_.Batches(pipeline, filter, after, limit); });
}

Result<BatchRecord> FaultyFileTracker::Reopen(std::string_view pipeline, std::string_view batch,
                                              std::string_view owner, std::string_view detail,
                                              int64_t now_us, int64_t lease_until_us) {
  return plan_.Run("FileTracker::Reopen", [&] {
    return inner_.Reopen(pipeline, batch, owner, detail, now_us, lease_until_us);
  });
}

Result<BatchRecord> FaultyFileTracker::Begin(const BatchRecord& batch, int64_t now_us) {
  return plan_.Run("FileTracker::Begin", [&] { return inner_.Begin(batch, now_us); });
}

Result<BatchRecord> FaultyFileTracker::RecordOutputs(const BatchRecord& batch,
                                                     const std::vector<BatchOutput>& outputs,
                                                     int64_t now_us) {
  return plan_.Run("FileTracker::RecordOutputs",
                   [&] { return inner_.RecordOutputs(batch, outputs, now_us); });
}

Result<BatchRecord> FaultyFileTracker::Complete(const BatchRecord& batch,
                                                const std::vector<FileOutcome>& outcomes,
                                                uint32_t attempts_max, int64_t retry_us,
                                                int64_t now_us) {
  return plan_.Run("FileTracker::Complete", [&] {
    return inner_.Complete(batch, outcomes, attempts_max, retry_us, now_us);
  });
}

Result<BatchRecord> FaultyFileTracker::Fail(const BatchRecord& batch, std::string_view error,
                                            const std::vector<ObjectRef>& missing,
                                            uint32_t attempts_max, int64_t retry_us,
                                            int64_t now_us) {
  return plan_.Run("FileTracker::Fail", [&] {
    return inner_.Fail(batch, error, missing, attempts_max, retry_us, now_us);
  });
}

Status FaultyFileTracker::Retry(std::string_view pipeline, const ObjectRef& ref,
                                std::string_view detail, int64_t now_us) {
  return plan_.Run("FileTracker::Retry",
                   [&] { return inner_.Retry(pipeline, ref, detail, now_us); });
}

Status FaultyFileTracker::MarkMissing(std::string_view pipeline, const ObjectRef& ref,
                                      std::string_view detail, int64_t now_us) {
  return plan_.Run("FileTracker::MarkMissing",
                   [&] { return inner_.MarkMissing(pipeline, ref, detail, now_us); });
}

}  // namespace varve
