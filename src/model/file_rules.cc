#include "model/file_rules.h"

#include <algorithm>
#include <cstdio>
#include <set>

namespace varve {

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
  file.alone = true;
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
  file.accounting = accounting;
  file.updated_us = now_us;
  return file;
}

std::string BatchId(std::string_view day, uint64_t number) {
  char digits[24];
  std::snprintf(digits, sizeof digits, "%04llu", static_cast<unsigned long long>(number));
  return std::string(day) + "/batch-" + digits;
}

std::string ManifestKey(std::string_view batch_id) {
  return "manifests/" + std::string(batch_id) + ".json";
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

Status CheckLease(const BatchRecord& batch, std::string_view owner, int64_t now_us) {
  if (batch.state == BatchState::kCompleted || batch.state == BatchState::kFailed) {
    return Error{Code::kConflict,
                 "batch " + batch.id + " is " + std::string(BatchStateName(batch.state))};
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
