// SqliteFileTracker: the files and batches of every pipeline in varve.db.
//
// Every write is one transaction that holds the write lock from its beginning, so what it reads is
// what it changes. Reads are of one snapshot and are never stale. Claim, RecordOutputs, Complete,
// Fail and Reopen reach the disk before they return: a manifest, visible outputs or a deleted
// source follow them.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "adapters/local/sqlite_database.h"
#include "ports/file_tracker.h"

namespace varve {

// Thread-safe. `database` must outlive it.
class SqliteFileTracker : public FileTracker {
 public:
  explicit SqliteFileTracker(SqliteDatabase& database) : database_(database) {}

  Result<Registered> Register(const FileRecord& file, std::string_view detail) override;
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
  SqliteDatabase& database_;
};

}  // namespace varve
