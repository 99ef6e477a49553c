// FaultyFileTracker: a FileTracker some of whose calls fail, as a FaultPlan says.
#pragma once

#include "ports/file_tracker.h"
#include "testing/fault_plan.h"

namespace varve {

// As thread-safe as `inner`, which must outlive it, as must `plan`.
class FaultyFileTracker : public FileTracker {
 public:
  FaultyFileTracker(FileTracker& inner, FaultPlan& plan) : inner_(inner), plan_(plan) {}

  Result<Registered> Register(const FileRecord& file, std::string_view detail) override;
  Result<FileRecord> Get(std::string_view pipeline, const ObjectRef& ref) override;
  Result<std::vector<FileRecord>> Versions(std::string_view pipeline,
                                           std::string_view key) override;
  Result<std::vector<FileEvent>> History(std::string_view pipeline, const ObjectRef& ref) override;
  Result<FilePage> Files(std::string_view pipeline, const FileFilter& filter,
                         std::string_view after, int limit) override;
  Result<std::vector<FileRecord>> Pending(std::string_view pipeline, int64_t now_us,
                                          int limit) override;
  Result<TrackerStats> Stats(std::string_view pipeline) override;
  Result<BatchRecord> Claim(const ClaimRequest& request) override;
  Result<BatchRecord> Lease(std::string_view pipeline, std::string_view batch,
                            std::string_view owner, int64_t now_us,
                            int64_t lease_until_us) override;
  Result<std::vector<BatchRecord>> Abandoned(std::string_view pipeline, int64_t now_us,
                                             int limit) override;
  Result<BatchRecord> GetBatch(std::string_view pipeline, std::string_view batch) override;
  Result<BatchPage> Batches(std::string_view pipeline, const BatchFilter& filter,
                            std::string_view after, int limit) override;
  Result<BatchRecord> Reopen(std::string_view pipeline, std::string_view batch,
                             std::string_view owner, std::string_view detail, int64_t now_us,
                             int64_t lease_until_us) override;
  Result<BatchRecord> Begin(const BatchRecord& batch, int64_t now_us) override;
  Result<BatchRecord> RecordOutputs(const BatchRecord& batch,
                                    const std::vector<BatchOutput>& outputs,
                                    int64_t now_us) override;
  Result<BatchRecord> Complete(const BatchRecord& batch, const std::vector<FileOutcome>& outcomes,
                               uint32_t attempts_max, int64_t retry_us, int64_t now_us) override;
  Result<BatchRecord> Fail(const BatchRecord& batch, std::string_view error,
                           const std::vector<ObjectRef>& missing, uint32_t attempts_max,
                           int64_t retry_us, int64_t now_us) override;
  Status Retry(std::string_view pipeline, const ObjectRef& ref, std::string_view detail,
               int64_t now_us) override;
  Status MarkMissing(std::string_view pipeline, const ObjectRef& ref, std::string_view detail,
                     int64_t now_us) override;

 private:
  FileTracker& inner_;
  FaultPlan& plan_;
};

}  // namespace varve
