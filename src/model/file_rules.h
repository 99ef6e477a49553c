// The rules by which files and batches change, without the storing: every FileTracker calls these,
// so that trackers differ in how they make a change atomic and in nothing else. Pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/batch.h"
#include "model/file_record.h"

namespace varve {

// What a caller of FileTracker::Register knows becomes a pending file that nobody has tried.
FileRecord NewFile(const FileRecord& registered);

bool MayBeSuperseded(FileState state);  // pending, failed

// As `attempts_max`: an outage failed the batch, not its files, which are never given up for it.
inline constexpr uint32_t kNobodyToBlame = UINT32_MAX;

struct RetryRule {
  uint32_t attempts_max = 1;
  int64_t retry_us = 0;  // not before
};

// The file after a batch with it failed: pending, alone, or failed for good, or superseded when a
// newer version of its key arrived in the meantime. After a first outage it may be tried in
// company: thousands that it met would each be a batch of its own.
FileRecord AfterFailure(FileRecord file, std::string_view error, const RetryRule& rule,
                        bool newer_known, int64_t now_us);
FileRecord AfterSuccess(FileRecord file, const RowAccounting& accounting, int64_t now_us);

// "2025-01-17/batch-0001".
std::string BatchId(std::string_view day, uint64_t number);

// A batch that is claimed for the first time.
BatchRecord NewBatch(std::string_view pipeline, std::string_view id, std::vector<ObjectRef> files,
                     int64_t now_us);
// A completed batch that is to be converted once more: CheckReopen, then this, then TakeLease.
Status CheckReopen(const BatchRecord& batch);
void ReopenBatch(BatchRecord& batch);
// Whether Fail gives the batch back what it had before its rerun, and leaves its files alone.
bool FailAbortsRerun(const BatchRecord& batch);
void AbortRerun(BatchRecord& batch, std::string_view error, int64_t now_us);
void CompleteBatch(BatchRecord& batch, int64_t now_us);
void FailBatch(BatchRecord& batch, std::string_view error, int64_t now_us);

// What a write about a batch finds when it compares the caller's picture with what is stored.
enum class Step {
  kDo,    // the batch is in the state to leave
  kDone,  // the same write happened already: succeed, change nothing
};
// kConflict when the fence is not the stored one or the batch is in no state to do this.
Result<Step> CheckBegin(const BatchRecord& stored, const BatchRecord& seen);
Result<Step> CheckRecordOutputs(const BatchRecord& stored, const BatchRecord& seen,
                                const std::vector<BatchOutput>& outputs);
Result<Step> CheckComplete(const BatchRecord& stored, const BatchRecord& seen);
Result<Step> CheckFail(const BatchRecord& stored, const BatchRecord& seen, std::string_view error);

// kInvalidArgument unless there is one balanced outcome for each file of `batch`, and none else.
Status CheckOutcomes(const BatchRecord& batch, const std::vector<FileOutcome>& outcomes);
// kInvalidArgument unless each of `refs` is in `batch`.
Status CheckMembers(const BatchRecord& batch, const std::vector<ObjectRef>& refs);
// kInvalidArgument unless there are 1 to `files_max` different files.
Status CheckClaim(const std::vector<ObjectRef>& files, size_t files_max);

// kConflict unless the file may become pending again (Retry), or missing (MarkMissing).
Status CheckRetry(const FileRecord& file);
Status CheckMarkMissing(const FileRecord& file);
FileRecord AfterRetry(FileRecord file, int64_t now_us);
FileRecord AfterVanishing(FileRecord file, int64_t now_us);

// Whether `owner` may have the lease at `now_us`: kConflict when it may not.
Status CheckLease(const BatchRecord& batch, std::string_view owner, int64_t now_us);
void TakeLease(BatchRecord& batch, std::string_view owner, int64_t now_us, int64_t lease_until_us);

}  // namespace varve
