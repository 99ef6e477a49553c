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

struct RetryRule {
  uint32_t attempts_max = 1;
  int64_t retry_us = 0;  // not before
};

// The file after a batch with it failed: pending, alone, or failed for good, or superseded when a
// newer version of its key arrived in the meantime.
FileRecord AfterFailure(FileRecord file, std::string_view error, const RetryRule& rule,
                        bool newer_known, int64_t now_us);
FileRecord AfterSuccess(FileRecord file, const RowAccounting& accounting, int64_t now_us);

// "2025-01-17/batch-0001".
std::string BatchId(std::string_view day, uint64_t number);
std::string ManifestKey(std::string_view batch_id);

// kInvalidArgument unless there is one balanced outcome for each file of `batch`, and none else.
Status CheckOutcomes(const BatchRecord& batch, const std::vector<FileOutcome>& outcomes);
// kInvalidArgument unless each of `refs` is in `batch`.
Status CheckMembers(const BatchRecord& batch, const std::vector<ObjectRef>& refs);
// kInvalidArgument unless there are 1 to `files_max` different files.
Status CheckClaim(const std::vector<ObjectRef>& files, size_t files_max);

// Whether `owner` may have the lease at `now_us`: kConflict when it may not.
Status CheckLease(const BatchRecord& batch, std::string_view owner, int64_t now_us);
void TakeLease(BatchRecord& batch, std::string_view owner, int64_t now_us, int64_t lease_until_us);

}  // namespace varve
