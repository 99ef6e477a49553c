// DynamoFileTracker: FileTracker on a table of DynamoDB. docs/internals/dynamodb.md says how.
//
// Files are in dynamo_file_tracker.cc, registering in dynamo_register.cc, batches in
// dynamo_batches.cc.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/aws/dynamodb/batch_item.h"
#include "adapters/aws/dynamodb/changes.h"
#include "adapters/aws/dynamodb/dynamo_table.h"
#include "ports/file_tracker.h"

namespace varve::aws {

class DynamoFileTracker : public FileTracker {
 public:
  explicit DynamoFileTracker(DynamoTable& table) : table_(table) {}  // must outlive it

  Result<Registered> Register(const FileRecord& file, std::string_view detail) override;
  // Two requests for up to 45 files of keys that are seen for the first time, or known already; two
  // more for each version of a key that has others.
  Result<std::vector<bool>> RegisterFirst(const std::vector<FileRecord>& files,
                                          std::string_view detail) override;
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
  // What a try to change something came to.
  enum class Tried {
    kDone,
    kAgain,  // it was changed meanwhile: read it again
  };
  // Tries until it is done; kThrottled when others were always faster.
  Status Repeat(const std::function<Result<Tried>()>& attempt);
  static Result<Tried> TriedOf(Result<Written> written);

  Status ChangeFile(std::string_view pipeline, const ObjectRef& ref, std::string_view detail,
                    const std::function<Status(const FileRecord&)>& check,
                    const std::function<FileRecord(const FileRecord&)>& change);
  Result<FilePage> FilesOfBatch(std::string_view pipeline, const FileFilter& filter,
                                std::string_view after, int limit);

  // Reads the batch, lets `move` change it and gather what happens to its files, and writes all
  // that; kDone from `move` means that it happened already.
  enum class Moved { kNow, kAlready };
  using Move = std::function<Result<Moved>(BatchEntry& entry, Changes& changes)>;
  Result<BatchRecord> MoveBatch(std::string_view pipeline, std::string_view id, const Move& move);
  // Each file of the batch, in its order. kCorrupt when one is not there.
  Result<std::vector<FileEntry>> FilesOf(const BatchRecord& batch);
  Result<std::vector<FileEntry>> PendingFiles(const ClaimRequest& request);

  DynamoTable& table_;
};

}  // namespace varve::aws
