// Batches: claims, leases and the way of a batch to its end.
#include <algorithm>
#include <map>
#include <utility>

#include "adapters/aws/dynamodb/batch_store.h"
#include "adapters/aws/dynamodb/dynamo_file_tracker.h"
#include "adapters/aws/dynamodb/file_store.h"
#include "adapters/aws/dynamodb/item.h"
#include "adapters/aws/dynamodb/page_walk.h"
#include "adapters/aws/dynamodb/table.h"
#include "model/file_rules.h"

namespace varve::aws {
namespace {

using nlohmann::json;
using Batch = Result<BatchRecord>;

bool IsWanted(const json& item, const BatchFilter& filter) {
  ItemReader reader(item);
  return (!filter.state || reader.Text("batch_state") == BatchStateName(*filter.state)) &&
         (!filter.quarantined || reader.Flag("has_quarantine")) &&
         reader.Text("id").starts_with(filter.id_prefix);
}

// The batches of a day lie together; others are found in the list of all.
ItemQuery QueryFor(std::string_view pipeline, const BatchFilter& filter) {
  ItemQuery query;
  query.descending = true;
  if (filter.id_prefix.find('/') != std::string::npos) {
    const Key key = BatchKey(pipeline, filter.id_prefix);
    query.pk = key.pk;
    query.sk_prefix = key.sk;
    return query;
  }
  query.index = kListingIndex;
  query.pk = BatchesPartition(pipeline);
  return query;
}

Result<std::vector<BatchRecord>> ReadBatches(DynamoTable& table, const std::vector<json>& items) {
  std::vector<BatchRecord> batches;
  for (const json& item : items) {
    VARVE_ASSIGN_OR_RETURN(BatchEntry entry, ReadBatchItem(table, item));
    batches.push_back(std::move(entry.batch));
  }
  return batches;
}

void FailFile(const FileEntry& entry, std::string_view error, const RetryRule& rule, int64_t now_us,
              Changes* changes) {
  changes->ChangeFile(entry, AfterFailure(entry.file, error, rule, entry.newer_known, now_us),
                      error);
}

}  // namespace

Result<std::vector<FileEntry>> DynamoFileTracker::FilesOf(const BatchRecord& batch) {
  VARVE_ASSIGN_OR_RETURN(auto entries, ReadFiles(table_, batch.pipeline, batch.files));
  std::vector<FileEntry> files;
  for (const ObjectRef& ref : batch.files) {
    const auto found = entries.find(ref);
    if (found == entries.end()) {
      return Error{Code::kCorrupt,
                   "the table has batch " + batch.id + ", but not its file " + ToString(ref)};
    }
    files.push_back(std::move(found->second));
  }
  return files;
}

Result<std::vector<FileEntry>> DynamoFileTracker::PendingFiles(const ClaimRequest& request) {
  VARVE_ASSIGN_OR_RETURN(auto entries, ReadFiles(table_, request.pipeline, request.files));
  std::vector<FileEntry> files;
  for (const ObjectRef& ref : request.files) {
    const auto found = entries.find(ref);
    if (found == entries.end() || found->second.file.state != FileState::kPending) {
      return Error{Code::kConflict, ToString(ref) + " is not pending"};
    }
    files.push_back(std::move(found->second));
  }
  return files;
}

// The number is drawn before: should the claim then fail, because another was faster by that
// little, no batch has it. That costs less than claimers who wait for each other.
Batch DynamoFileTracker::Claim(const ClaimRequest& request) {
  VARVE_RETURN_IF_ERROR(CheckClaim(request.files, kBatchFilesMax));
  std::optional<BatchEntry> claimed;
  VARVE_RETURN_IF_ERROR(Repeat([&]() -> Result<Tried> {
    VARVE_ASSIGN_OR_RETURN(const auto files, PendingFiles(request));
    if (!claimed) {
      VARVE_ASSIGN_OR_RETURN(
          const uint64_t number,
          table_.Increment(BatchNumberKey(request.pipeline, request.day), "made"));
      claimed.emplace();
      claimed->revision = 1;
      claimed->batch =
          NewBatch(request.pipeline, BatchId(request.day, number), request.files, request.now_us);
      TakeLease(claimed->batch, request.owner, request.now_us, request.lease_until_us);
    }
    Changes changes(table_, request.pipeline);
    changes.AddBatch(*claimed);
    for (const FileEntry& entry : files) {
      FileRecord next = entry.file;
      next.state = FileState::kClaimed;
      next.batch = claimed->batch.id;
      next.updated_us = request.now_us;
      changes.ChangeFile(entry, std::move(next), "claimed by " + request.owner);
    }
    return TriedOf(changes.Commit());
  }));
  return std::move(claimed->batch);
}

Batch DynamoFileTracker::MoveBatch(std::string_view pipeline, std::string_view id,
                                   const Move& move) {
  BatchEntry entry;
  VARVE_RETURN_IF_ERROR(Repeat([&]() -> Result<Tried> {
    VARVE_ASSIGN_OR_RETURN(entry, ReadBatch(table_, pipeline, id));
    Changes changes(table_, pipeline);
    VARVE_ASSIGN_OR_RETURN(const Moved moved, move(entry, changes));
    if (moved == Moved::kAlready) return Tried::kDone;
    changes.ChangeBatch(entry);
    return TriedOf(changes.Commit());
  }));
  return std::move(entry.batch);
}

Batch DynamoFileTracker::Lease(std::string_view pipeline, std::string_view batch,
                               std::string_view owner, int64_t now_us, int64_t lease_until_us) {
  return MoveBatch(pipeline, batch, [&](BatchEntry& entry, Changes&) -> Result<Moved> {
    VARVE_RETURN_IF_ERROR(CheckLease(entry.batch, owner, now_us));
    TakeLease(entry.batch, owner, now_us, lease_until_us);
    return Moved::kNow;
  });
}

Result<std::vector<BatchRecord>> DynamoFileTracker::Abandoned(std::string_view pipeline,
                                                              int64_t now_us, int limit) {
  ItemQuery query;
  query.index = kDueIndex;
  query.pk = LeasesPartition(pipeline);
  query.sk_max = Padded(now_us - 1);
  query.limit = std::max(limit, 1);
  VARVE_ASSIGN_OR_RETURN(const std::vector<json> items, table_.QueryAll(query));
  return ReadBatches(table_, items);
}

Batch DynamoFileTracker::GetBatch(std::string_view pipeline, std::string_view batch) {
  VARVE_ASSIGN_OR_RETURN(BatchEntry entry, ReadBatch(table_, pipeline, batch));
  return std::move(entry.batch);
}

Result<BatchPage> DynamoFileTracker::Batches(std::string_view pipeline, const BatchFilter& filter,
                                             std::string_view after, int limit) {
  std::function<bool(const json&)> wanted;
  if (filter.state || filter.quarantined || !filter.id_prefix.empty()) {
    wanted = [&filter](const json& item) { return IsWanted(item, filter); };
  }
  VARVE_ASSIGN_OR_RETURN(ItemPage found,
                         WalkPage(table_, {QueryFor(pipeline, filter)}, after, limit, wanted));
  BatchPage page;
  VARVE_ASSIGN_OR_RETURN(page.batches, ReadBatches(table_, found.items));
  page.next = std::move(found.next);
  return page;
}

Batch DynamoFileTracker::Reopen(std::string_view pipeline, std::string_view batch,
                                std::string_view owner, std::string_view detail, int64_t now_us,
                                int64_t lease_until_us) {
  return MoveBatch(pipeline, batch, [&](BatchEntry& entry, Changes& changes) -> Result<Moved> {
    VARVE_RETURN_IF_ERROR(CheckReopen(entry.batch));
    VARVE_ASSIGN_OR_RETURN(const auto files, FilesOf(entry.batch));
    for (const FileEntry& file : files) {
      if (file.file.state != FileState::kCompleted || file.file.batch != entry.batch.id) {
        return Error{Code::kConflict,
                     ToString(file.file.object.ref) + " is not completed in this batch any more"};
      }
      FileRecord next = file.file;
      next.updated_us = now_us;
      changes.ChangeFile(file, std::move(next), detail);
    }
    ReopenBatch(entry.batch);
    entry.previous_set = std::exchange(entry.outputs_set, "");
    TakeLease(entry.batch, owner, now_us, lease_until_us);
    return Moved::kNow;
  });
}

Batch DynamoFileTracker::Begin(const BatchRecord& batch, int64_t now_us) {
  return MoveBatch(batch.pipeline, batch.id,
                   [&](BatchEntry& entry, Changes& changes) -> Result<Moved> {
                     VARVE_ASSIGN_OR_RETURN(const Step step, CheckBegin(entry.batch, batch));
                     if (step == Step::kDone) return Moved::kAlready;
                     VARVE_ASSIGN_OR_RETURN(const auto files, FilesOf(entry.batch));
                     for (const FileEntry& file : files) {
                       if (file.file.state != FileState::kClaimed) continue;  // completed: a rerun
                       FileRecord next = file.file;
                       next.state = FileState::kProcessing;
                       next.updated_us = now_us;
                       changes.ChangeFile(file, std::move(next), "");
                     }
                     entry.batch.state = BatchState::kProcessing;
                     entry.batch.updated_us = now_us;
                     return Moved::kNow;
                   });
}

Batch DynamoFileTracker::RecordOutputs(const BatchRecord& batch,
                                       const std::vector<BatchOutput>& outputs, int64_t now_us) {
  return MoveBatch(batch.pipeline, batch.id, [&](BatchEntry& entry, Changes&) -> Result<Moved> {
    VARVE_ASSIGN_OR_RETURN(const Step step, CheckRecordOutputs(entry.batch, batch, outputs));
    if (step == Step::kDone) return Moved::kAlready;
    VARVE_RETURN_IF_ERROR(SetOutputs(table_, outputs, &entry));
    entry.batch.state = BatchState::kPublishing;
    entry.batch.updated_us = now_us;
    return Moved::kNow;
  });
}

Batch DynamoFileTracker::Complete(const BatchRecord& batch,
                                  const std::vector<FileOutcome>& outcomes, uint32_t attempts_max,
                                  int64_t retry_us, int64_t now_us) {
  std::map<ObjectRef, const FileOutcome*> by_ref;
  for (const FileOutcome& outcome : outcomes) by_ref[outcome.ref] = &outcome;
  return MoveBatch(
      batch.pipeline, batch.id, [&](BatchEntry& entry, Changes& changes) -> Result<Moved> {
        VARVE_ASSIGN_OR_RETURN(const Step step, CheckComplete(entry.batch, batch));
        if (step == Step::kDone) return Moved::kAlready;
        VARVE_RETURN_IF_ERROR(CheckOutcomes(entry.batch, outcomes));
        VARVE_ASSIGN_OR_RETURN(const auto files, FilesOf(entry.batch));
        for (const FileEntry& file : files) {
          const FileOutcome& outcome = *by_ref.at(file.file.object.ref);
          if (outcome.error.empty()) {
            changes.ChangeFile(file, AfterSuccess(file.file, outcome.accounting, now_us), "");
          } else {
            FailFile(file, outcome.error, {attempts_max, retry_us}, now_us, &changes);
          }
        }
        CompleteBatch(entry.batch, now_us);
        entry.previous_set.clear();
        return Moved::kNow;
      });
}

Batch DynamoFileTracker::Fail(const BatchRecord& batch, std::string_view why,
                              const std::vector<ObjectRef>& missing, uint32_t attempts_max,
                              int64_t retry_us, int64_t now_us) {
  const std::string_view error = CutText(why, kErrorBytes);  // as it is stored, and compared
  return MoveBatch(
      batch.pipeline, batch.id, [&](BatchEntry& entry, Changes& changes) -> Result<Moved> {
        VARVE_ASSIGN_OR_RETURN(const Step step, CheckFail(entry.batch, batch, error));
        if (step == Step::kDone) return Moved::kAlready;
        VARVE_RETURN_IF_ERROR(CheckMembers(entry.batch, missing));
        if (FailAbortsRerun(entry.batch)) {
          AbortRerun(entry.batch, error, now_us);
          entry.outputs_set = std::exchange(entry.previous_set, "");
          return Moved::kNow;
        }
        VARVE_ASSIGN_OR_RETURN(const auto files, FilesOf(entry.batch));
        for (const FileEntry& file : files) {
          const bool gone =
              std::find(missing.begin(), missing.end(), file.file.object.ref) != missing.end();
          if (gone) {
            changes.ChangeFile(file, AfterVanishing(file.file, now_us), error);
          } else {
            FailFile(file, error, {attempts_max, retry_us}, now_us, &changes);
          }
        }
        FailBatch(entry.batch, error, now_us);
        return Moved::kNow;
      });
}

}  // namespace varve::aws
