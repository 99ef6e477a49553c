// FileTracker: which files there are, what state each is in, and who works on them.
//
// Every change is conditional, as a DynamoDB TransactWriteItems is: it happens as a whole, or not
// at all and kConflict says that the caller's picture is old. Writes about a batch carry the fence
// that the caller got with its lease; an older one is refused, so that a process that was thought
// dead cannot undo its successor's work. At most kBatchFilesMax files are in one batch, which keeps
// each transaction within DynamoDB's limit of 100 items. Reads may be stale, except Get.
// Thread-safe. Times are the caller's (Clock), in microseconds since the epoch.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/batch.h"
#include "model/file_record.h"

namespace varve {

constexpr size_t kBatchFilesMax = 90;

enum class Registered {
  kNew,         // was not known; is pending now
  kKnown,       // this version was known already: nothing changed
  kSuperseded,  // a newer version of the key is known: recorded as superseded
};

struct FileFilter {
  std::optional<FileState> state;
  std::string key_prefix;
  std::string batch;
  bool quarantined = false;  // only files of which lines were quarantined
};

struct BatchFilter {
  std::optional<BatchState> state;
  std::string id_prefix;     // "2025-01-17/": the batches of a day
  bool quarantined = false;  // only batches that made a quarantine file
};

struct FilePage {
  std::vector<FileRecord> files;
  std::string next;  // `after` of the next page; empty: this was the last
};

struct BatchPage {
  std::vector<BatchRecord> batches;  // newest first; with an id_prefix by id, descending
  std::string next;
};

struct StateCount {
  FileState state = FileState::kPending;
  uint64_t files = 0;
  uint64_t bytes = 0;
};

struct TrackerStats {
  std::vector<StateCount> states;  // those that have files
  int64_t oldest_pending_us = 0;   // first_seen_us of the oldest pending file; 0: none
  RowAccounting totals;            // over completed files
};

inline uint64_t FilesIn(const TrackerStats& stats, FileState state) {
  for (const StateCount& count : stats.states) {
    if (count.state == state) return count.files;
  }
  return 0;
}

struct ClaimRequest {
  std::string pipeline;
  std::string day;  // YYYY-MM-DD: batches are numbered per pipeline and day
  std::vector<ObjectRef> files;
  std::string owner;
  int64_t now_us = 0;
  int64_t lease_until_us = 0;
};

class FileTracker {
 public:
  virtual ~FileTracker() = default;

  // Idempotent. A version newer than a pending or failed one of the same key supersedes it. A
  // version that was missing and is back is pending again (kNew).
  virtual Result<Registered> Register(const FileRecord& file, std::string_view detail) = 0;
  // Registers those of `files`, in their order, of whose key no version is known (true: it was, and
  // is pending now), where that costs less than one at a time. The others are left alone, as may be
  // one that somebody else registers at the same time. Not atomic: after an error some may be
  // registered.
  virtual Result<std::vector<bool>> RegisterFirst(const std::vector<FileRecord>& files,
                                                  std::string_view detail) {
    std::vector<bool> registered;
    for (const FileRecord& file : files) {
      VARVE_ASSIGN_OR_RETURN(const auto known, Versions(file.pipeline, file.object.ref.key));
      bool is_new = false;
      if (known.empty()) {
        VARVE_ASSIGN_OR_RETURN(const Registered one, Register(file, detail));
        is_new = one == Registered::kNew;
      }
      registered.push_back(is_new);
    }
    return registered;
  }

  virtual Result<FileRecord> Get(std::string_view pipeline, const ObjectRef& ref) = 0;  // kNotFound
  // The versions of `key`, newest first.
  virtual Result<std::vector<FileRecord>> Versions(std::string_view pipeline,
                                                   std::string_view key) = 0;
  virtual Result<std::vector<FileEvent>> History(std::string_view pipeline,
                                                 const ObjectRef& ref) = 0;
  virtual Result<FilePage> Files(std::string_view pipeline, const FileFilter& filter,
                                 std::string_view after, int limit) = 0;
  // Pending files whose not_before has come, oldest first. Its cost does not grow with the table.
  virtual Result<std::vector<FileRecord>> Pending(std::string_view pipeline, int64_t now_us,
                                                  int limit) = 0;
  virtual Result<TrackerStats> Stats(std::string_view pipeline) = 0;

  // pending -> claimed for all of `files` and a new batch, or kConflict and nothing.
  virtual Result<BatchRecord> Claim(const ClaimRequest& request) = 0;
  // Takes over a batch whose lease ended before `now_us` (its own owner may at any time): a higher
  // fence. kConflict while another one holds it or when it is completed or failed, kNotFound.
  // An owner renews its lease this way, and gives it back with a `lease_until_us` of 0.
  virtual Result<BatchRecord> Lease(std::string_view pipeline, std::string_view batch,
                                    std::string_view owner, int64_t now_us,
                                    int64_t lease_until_us) = 0;
  // Batches that are neither completed nor failed and whose lease ended before `now_us`.
  virtual Result<std::vector<BatchRecord>> Abandoned(std::string_view pipeline, int64_t now_us,
                                                     int limit) = 0;

  virtual Result<BatchRecord> GetBatch(std::string_view pipeline, std::string_view batch) = 0;
  virtual Result<BatchPage> Batches(std::string_view pipeline, const BatchFilter& filter,
                                    std::string_view after, int limit) = 0;

  // completed -> claimed, to convert the same files once more and replace the outputs; a new lease
  // with a higher fence, `reruns` grows, `outputs` become `previous`. Files stay completed.
  // kConflict in another state or when a file of the batch is no longer completed in this batch.
  virtual Result<BatchRecord> Reopen(std::string_view pipeline, std::string_view batch,
                                     std::string_view owner, std::string_view detail,
                                     int64_t now_us, int64_t lease_until_us) = 0;

  // The following move `batch` (as the caller last saw it; fence and state must still hold) and its
  // files on by one state and give the batch as it is now. Each is idempotent: repeated after it
  // succeeded, with the same fence, it changes nothing and succeeds.

  // claimed -> processing.
  virtual Result<BatchRecord> Begin(const BatchRecord& batch, int64_t now_us) = 0;
  // processing -> publishing: remembers what was made, before any of it is visible.
  virtual Result<BatchRecord> RecordOutputs(const BatchRecord& batch,
                                            const std::vector<BatchOutput>& outputs,
                                            int64_t now_us) = 0;
  // publishing -> completed. Each file of the batch has an outcome; one with an error becomes
  // pending (alone, not before `retry_us`) while its attempts are fewer than `attempts_max`, else
  // failed. kInvalidArgument when an accounting does not balance or a file is left out. Forgets
  // `previous`.
  virtual Result<BatchRecord> Complete(const BatchRecord& batch,
                                       const std::vector<FileOutcome>& outcomes,
                                       uint32_t attempts_max, int64_t retry_us, int64_t now_us) = 0;
  // any but completed -> failed; files as in Complete with `error` for all of them, except that
  // those in `missing` become missing. A rerun that has not reached publishing goes back to
  // completed instead: its files stay completed and `previous` are its outputs again.
  virtual Result<BatchRecord> Fail(const BatchRecord& batch, std::string_view error,
                                   const std::vector<ObjectRef>& missing, uint32_t attempts_max,
                                   int64_t retry_us, int64_t now_us) = 0;

  // failed, missing, superseded -> pending: attempts start again. By a person, or because the
  // version turned out to be the newest after all. kConflict in another state.
  virtual Status Retry(std::string_view pipeline, const ObjectRef& ref, std::string_view detail,
                       int64_t now_us) = 0;
  // pending, failed -> missing. kConflict in another state.
  virtual Status MarkMissing(std::string_view pipeline, const ObjectRef& ref,
                             std::string_view detail, int64_t now_us) = 0;
};

}  // namespace varve
