// MemoryFileTracker: a FileTracker that lasts as long as the process. For millions of files: what a
// running pipeline asks costs about the same whatever the table's size, save pages of all files.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "ports/file_tracker.h"
#include "testing/due_order.h"

namespace varve {

// Thread-safe: every call holds one mutex, which is what makes it atomic.
class MemoryFileTracker : public FileTracker {
 public:
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
  struct File {
    FileRecord record;
    uint64_t number = 0;  // in order of registration, from 1
    std::vector<FileEvent> history;
  };
  struct Table {
    std::map<std::tuple<std::string, std::string, std::string>, File>
        files;                     // key, bucket, version
    std::vector<File*> by_number;  // at number - 1
    DueOrder pending;              // files by first_seen_us and number
    std::map<FileState, StateCount> counts;
    RowAccounting totals;
    std::map<uint64_t, BatchRecord> batches;  // by age
    std::unordered_map<std::string, uint64_t> batch_numbers;
    std::set<uint64_t> open;  // numbers of batches that have not ended
    std::map<std::string, uint64_t> batches_of_day;
  };

  Table& TableOf(std::string_view pipeline);
  static File* Find(Table& table, const ObjectRef& ref);
  static bool NewerKnown(const Table& table, const FileRecord& file);
  static Result<BatchRecord*> FindBatch(Table& table, std::string_view id);
  // Keeps `open` right after the state of a batch has changed.
  static void NoteState(Table& table, const BatchRecord& batch);
  static void Change(Table& table, File& file, FileRecord next, std::string_view detail);
  // Adds a file to what is found without looking at all files, or takes it out.
  static void Index(Table& table, const File& file);
  static void Unindex(Table& table, const File& file);
  static FilePage FilesOfBatch(Table& table, const FileFilter& filter);

  std::mutex mutex_;
  std::map<std::string, Table, std::less<>> tables_;
};

}  // namespace varve
