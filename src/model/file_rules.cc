#include "model/file_rules.h"

#include <algorithm>
#include <cstdio>
#include <initializer_list>
#include <set>
#include <utility>

namespace varve {
namespace {

Error InState(const BatchRecord& batch) {
  return Error{Code::kConflict,
               "batch " + batch.id + " is " + std::string(BatchStateName(batch.state))};
}

Status CheckFence(const BatchRecord& stored, const BatchRecord& seen) {
  if (stored.fence == seen.fence) return Ok{};
  return Error{Code::kConflict, "batch " + stored.id + " was taken over by " + stored.owner};
}

Status CheckFileState(const FileRecord& file, std::initializer_list<FileState> allowed) {
  if (std::find(allowed.begin(), allowed.end(), file.state) != allowed.end()) return Ok{};
  return Error{Code::kConflict,
               ToString(file.object.ref) + " is " + std::string(FileStateName(file.state))};
}

}  // namespace

FileRecord NewFile(const FileRecord& registered) {
  FileRecord file;
  file.pipeline = registered.pipeline;
  file.object = registered.object;
  file.sequencer = registered.sequencer;
  file.first_seen_us = registered.first_seen_us;
  file.updated_us = registered.first_seen_us;
  return file;
}

bool MayBeSuperseded(FileState state) {
  return state == FileState::kPending || state == FileState::kFailed;
}

FileRecord AfterFailure(FileRecord file, std::string_view error, const RetryRule& rule,
                        bool newer_known, int64_t now_us) {
  file.attempts += 1;
  file.error = error;
  file.updated_us = now_us;
  file.alone = rule.attempts_max != kNobodyToBlame || file.attempts > 1;
  file.accounting = {};
  file.not_before_us = 0;
  if (newer_known) {
    file.state = FileState::kSuperseded;
  } else if (file.attempts < rule.attempts_max) {
    file.state = FileState::kPending;
    file.not_before_us = rule.retry_us;
  } else {
    file.state = FileState::kFailed;
  }
  return file;
}

FileRecord AfterSuccess(FileRecord file, const RowAccounting& accounting, int64_t now_us) {
  file.state = FileState::kCompleted;
  file.not_before_us = 0;
  file.accounting = accounting;
  file.updated_us = now_us;
  return file;
}

std::string BatchId(std::string_view day, uint64_t number) {
  char digits[24];
  std::snprintf(digits, sizeof digits, "%04llu", static_cast<unsigned long long>(number));
  return std::string(day) + "/batch-" + digits;
}

BatchRecord NewBatch(std::string_view pipeline, std::string_view id, std::vector<ObjectRef> files,
                     int64_t now_us) {
  BatchRecord batch;
  batch.pipeline = pipeline;
  batch.id = id;
  batch.files = std::move(files);
  batch.manifest_key = "manifests/" + batch.id + ".json";
  batch.created_us = now_us;
  return batch;
}

Status CheckReopen(const BatchRecord& batch) {
  if (batch.state == BatchState::kCompleted) return Ok{};
  return InState(batch);
}

void ReopenBatch(BatchRecord& batch) {
  batch.state = BatchState::kClaimed;
  batch.reruns += 1;
  batch.previous = std::move(batch.outputs);
  batch.outputs.clear();
  batch.attempts = 0;
  batch.owner.clear();
  batch.error.clear();
}

bool FailAbortsRerun(const BatchRecord& batch) {
  return batch.reruns > 0 &&
         (batch.state == BatchState::kClaimed || batch.state == BatchState::kProcessing);
}

void AbortRerun(BatchRecord& batch, std::string_view error, int64_t now_us) {
  batch.state = BatchState::kCompleted;
  batch.outputs = std::move(batch.previous);
  batch.previous.clear();
  batch.error = error;
  batch.updated_us = now_us;
}

void CompleteBatch(BatchRecord& batch, int64_t now_us) {
  batch.state = BatchState::kCompleted;
  batch.previous.clear();
  batch.error.clear();
  batch.updated_us = now_us;
}

void FailBatch(BatchRecord& batch, std::string_view error, int64_t now_us) {
  batch.state = BatchState::kFailed;
  batch.error = error;
  batch.updated_us = now_us;
}

Result<Step> CheckBegin(const BatchRecord& stored, const BatchRecord& seen) {
  VARVE_RETURN_IF_ERROR(CheckFence(stored, seen));
  if (stored.state == BatchState::kProcessing) return Step::kDone;
  if (stored.state == BatchState::kClaimed) return Step::kDo;
  return InState(stored);
}

Result<Step> CheckRecordOutputs(const BatchRecord& stored, const BatchRecord& seen,
                                const std::vector<BatchOutput>& outputs) {
  VARVE_RETURN_IF_ERROR(CheckFence(stored, seen));
  if (stored.state == BatchState::kProcessing) return Step::kDo;
  if (stored.state == BatchState::kPublishing && stored.outputs == outputs) return Step::kDone;
  return InState(stored);
}

Result<Step> CheckComplete(const BatchRecord& stored, const BatchRecord& seen) {
  VARVE_RETURN_IF_ERROR(CheckFence(stored, seen));
  if (stored.state == BatchState::kPublishing) return Step::kDo;
  if (stored.state == BatchState::kCompleted) return Step::kDone;
  return InState(stored);
}

Result<Step> CheckFail(const BatchRecord& stored, const BatchRecord& seen, std::string_view error) {
  VARVE_RETURN_IF_ERROR(CheckFence(stored, seen));
  if (stored.state == BatchState::kFailed) return Step::kDone;
  if (stored.state != BatchState::kCompleted) return Step::kDo;
  // A rerun that was failed is completed, as it was before.
  if (stored.reruns > 0 && !error.empty() && stored.error == error) return Step::kDone;
  return InState(stored);
}

Status CheckOutcomes(const BatchRecord& batch, const std::vector<FileOutcome>& outcomes) {
  std::set<ObjectRef> left(batch.files.begin(), batch.files.end());
  for (const FileOutcome& outcome : outcomes) {
    if (left.erase(outcome.ref) == 0) {
      return Error{Code::kInvalidArgument, ToString(outcome.ref) + " is not one file of batch " +
                                               batch.id + ", or has two outcomes"};
    }
    if (!outcome.accounting.Balances()) {
      return Error{Code::kInvalidArgument, "the accounting of " + ToString(outcome.ref) +
                                               " does not balance: lines are not rows + "
                                               "quarantined + blank"};
    }
  }
  if (!left.empty()) {
    return Error{Code::kInvalidArgument,
                 "batch " + batch.id + " has no outcome for " + ToString(*left.begin())};
  }
  return Ok{};
}

Status CheckMembers(const BatchRecord& batch, const std::vector<ObjectRef>& refs) {
  for (const ObjectRef& ref : refs) {
    if (std::find(batch.files.begin(), batch.files.end(), ref) == batch.files.end()) {
      return Error{Code::kInvalidArgument, ToString(ref) + " is not in batch " + batch.id};
    }
  }
  return Ok{};
}

Status CheckClaim(const std::vector<ObjectRef>& files, size_t files_max) {
  if (files.empty() || files.size() > files_max) {
    return Error{Code::kInvalidArgument, "a batch has 1 to " + std::to_string(files_max) +
                                             " files, not " + std::to_string(files.size())};
  }
  if (std::set<ObjectRef>(files.begin(), files.end()).size() != files.size()) {
    return Error{Code::kInvalidArgument, "a file is named twice in one claim"};
  }
  return Ok{};
}

Status CheckRetry(const FileRecord& file) {
  return CheckFileState(file, {FileState::kFailed, FileState::kMissing, FileState::kSuperseded});
}

Status CheckMarkMissing(const FileRecord& file) {
  return CheckFileState(file, {FileState::kPending, FileState::kFailed});
}

FileRecord AfterRetry(FileRecord file, int64_t now_us) {
  file.state = FileState::kPending;
  file.attempts = 0;
  file.not_before_us = 0;
  file.updated_us = now_us;
  return file;
}

FileRecord AfterVanishing(FileRecord file, int64_t now_us) {
  file.state = FileState::kMissing;
  file.not_before_us = 0;
  file.accounting = {};
  file.updated_us = now_us;
  return file;
}

Status CheckLease(const BatchRecord& batch, std::string_view owner, int64_t now_us) {
  if (HasEnded(batch.state)) {
    return InState(batch);
  }
  if (batch.owner != owner && batch.lease_until_us >= now_us) {
    return Error{Code::kConflict, "batch " + batch.id + " is held by " + batch.owner};
  }
  return Ok{};
}

void TakeLease(BatchRecord& batch, std::string_view owner, int64_t now_us, int64_t lease_until_us) {
  if (batch.owner != owner) batch.attempts += 1;
  batch.owner = owner;
  batch.fence += 1;
  batch.lease_until_us = lease_until_us;
  batch.updated_us = now_us;
}

}  // namespace varve
