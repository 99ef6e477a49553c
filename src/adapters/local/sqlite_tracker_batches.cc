// Batches: claims, leases and the way of a batch to its end.
#include <algorithm>
#include <charconv>
#include <map>
#include <utility>

#include "adapters/local/sqlite_batch_rows.h"
#include "adapters/local/sqlite_file_rows.h"
#include "adapters/local/sqlite_file_tracker.h"
#include "model/file_rules.h"

namespace varve {
namespace {

using Batch = Result<BatchRecord>;

Result<std::vector<FileRow>> PendingRows(SqliteConnection& connection,
                                         const ClaimRequest& request) {
  std::vector<FileRow> rows;
  for (const ObjectRef& ref : request.files) {
    VARVE_ASSIGN_OR_RETURN(auto row, FindFile(connection, request.pipeline, ref));
    if (!row.has_value() || row->file.state != FileState::kPending) {
      return Error{Code::kConflict, ToString(ref) + " is not pending"};
    }
    rows.push_back(*std::move(row));
  }
  return rows;
}

Batch ClaimLocked(SqliteConnection& connection, const ClaimRequest& request) {
  VARVE_ASSIGN_OR_RETURN(std::vector<FileRow> rows, PendingRows(connection, request));
  VARVE_ASSIGN_OR_RETURN(const uint64_t number,
                         NextBatchNumber(connection, request.pipeline, request.day));
  BatchRecord batch =
      NewBatch(request.pipeline, BatchId(request.day, number), request.files, request.now_us);
  TakeLease(batch, request.owner, request.now_us, request.lease_until_us);
  VARVE_RETURN_IF_ERROR(InsertBatch(connection, batch, rows));
  for (FileRow& row : rows) {
    row.file.state = FileState::kClaimed;
    row.file.batch = batch.id;
    row.file.updated_us = request.now_us;
    VARVE_RETURN_IF_ERROR(UpdateFile(connection, row, "claimed by " + request.owner));
  }
  return batch;
}

Status FailFile(SqliteConnection& connection, FileRow& row, std::string_view error,
                const RetryRule& rule, int64_t now_us) {
  VARVE_ASSIGN_OR_RETURN(const bool newer_known, NewerKnown(connection, row.file));
  row.file = AfterFailure(std::move(row.file), error, rule, newer_known, now_us);
  return UpdateFile(connection, row, error);
}

Batch CompleteLocked(SqliteConnection& connection, BatchRow& row,
                     const std::vector<FileOutcome>& outcomes, const RetryRule& rule,
                     int64_t now_us) {
  VARVE_RETURN_IF_ERROR(CheckOutcomes(row.batch, outcomes));
  std::map<ObjectRef, const FileOutcome*> by_ref;
  for (const FileOutcome& outcome : outcomes) by_ref[outcome.ref] = &outcome;
  VARVE_ASSIGN_OR_RETURN(std::vector<FileRow> files, ReadBatchFiles(connection, row.id));
  for (FileRow& file : files) {
    const FileOutcome& outcome = *by_ref.at(file.file.object.ref);
    if (!outcome.error.empty()) {
      VARVE_RETURN_IF_ERROR(FailFile(connection, file, outcome.error, rule, now_us));
      continue;
    }
    file.file = AfterSuccess(std::move(file.file), outcome.accounting, now_us);
    VARVE_RETURN_IF_ERROR(UpdateFile(connection, file, ""));
  }
  CompleteBatch(row.batch, now_us);
  VARVE_RETURN_IF_ERROR(UpdateBatch(connection, row));
  return row.batch;
}

Batch FailLocked(SqliteConnection& connection, BatchRow& row, std::string_view error,
                 const std::vector<ObjectRef>& missing, const RetryRule& rule, int64_t now_us) {
  VARVE_RETURN_IF_ERROR(CheckMembers(row.batch, missing));
  if (FailAbortsRerun(row.batch)) {
    AbortRerun(row.batch, error, now_us);
    VARVE_RETURN_IF_ERROR(UpdateBatch(connection, row));
    return row.batch;
  }
  VARVE_ASSIGN_OR_RETURN(std::vector<FileRow> files, ReadBatchFiles(connection, row.id));
  for (FileRow& file : files) {
    if (std::find(missing.begin(), missing.end(), file.file.object.ref) == missing.end()) {
      VARVE_RETURN_IF_ERROR(FailFile(connection, file, error, rule, now_us));
      continue;
    }
    file.file = AfterVanishing(std::move(file.file), now_us);
    VARVE_RETURN_IF_ERROR(UpdateFile(connection, file, error));
  }
  FailBatch(row.batch, error, now_us);
  VARVE_RETURN_IF_ERROR(UpdateBatch(connection, row));
  return row.batch;
}

Batch ReopenLocked(SqliteConnection& connection, BatchRow& row, std::string_view owner,
                   std::string_view detail, int64_t now_us, int64_t lease_until_us) {
  VARVE_RETURN_IF_ERROR(CheckReopen(row.batch));
  VARVE_ASSIGN_OR_RETURN(std::vector<FileRow> files, ReadBatchFiles(connection, row.id));
  for (FileRow& file : files) {
    if (file.file.state != FileState::kCompleted || file.file.batch != row.batch.id) {
      return Error{Code::kConflict,
                   ToString(file.file.object.ref) + " is not completed in this batch any more"};
    }
    file.file.updated_us = now_us;
    VARVE_RETURN_IF_ERROR(UpdateFile(connection, file, detail));
  }
  ReopenBatch(row.batch);
  TakeLease(row.batch, owner, now_us, lease_until_us);
  VARVE_RETURN_IF_ERROR(UpdateBatch(connection, row));
  return row.batch;
}

// Runs write(connection, row) on the stored batch in one transaction.
template <typename Body>
Batch WriteBatch(SqliteDatabase& database, Durability durability, std::string_view pipeline,
                 std::string_view name, Body body) {
  return database.Write(durability, [&](SqliteConnection& connection) -> Batch {
    VARVE_ASSIGN_OR_RETURN(BatchRow row, ReadBatch(connection, pipeline, name));
    return body(connection, row);
  });
}

Result<std::vector<BatchRecord>> CompleteRows(SqliteConnection& connection,
                                              std::vector<BatchRow>& rows) {
  std::vector<BatchRecord> batches;
  for (BatchRow& row : rows) {
    VARVE_RETURN_IF_ERROR(CompleteBatchRow(connection, row));
    batches.push_back(std::move(row.batch));
  }
  return batches;
}

// Each filter has its index, named so that no statistics can talk the planner out of it.
#define VARVE_BATCHES_QUERY(index, condition)                                             \
  "SELECT " VARVE_BATCH_COLUMNS " FROM batches INDEXED BY " index                         \
  " WHERE pipeline = ?1 AND " condition                                                   \
  " AND (?3 = -1 OR state = ?3) AND (?4 = '' OR (name >= ?4 AND (?5 = '' OR name < ?5)))" \
  " AND (?6 = 0 OR instr(outputs, '\"quarantine\":true') > 0) "
constexpr const char* kBatches =
    VARVE_BATCHES_QUERY("batches_age", "id < ?2") "ORDER BY id DESC LIMIT ?7";
constexpr const char* kBatchesOfState =
    VARVE_BATCHES_QUERY("batches_state", "id < ?2 AND state = ?3") "ORDER BY id DESC LIMIT ?7";
constexpr const char* kBatchesQuarantined = VARVE_BATCHES_QUERY(
    "batches_quarantined",
    "id < ?2 AND instr(outputs, '\"quarantine\":true') > 0") "ORDER BY id DESC LIMIT ?7";
constexpr const char* kBatchesOfPrefix = VARVE_BATCHES_QUERY(
    "batches_name",
    "name >= ?4 AND (?5 = '' OR name < ?5) AND (?2 = 9223372036854775807 OR "
    "name < (SELECT name FROM batches WHERE id = ?2))") "ORDER BY name DESC LIMIT ?7";
#undef VARVE_BATCHES_QUERY

const char* BatchQueryFor(const BatchFilter& filter) {
  if (!filter.id_prefix.empty()) return kBatchesOfPrefix;
  if (filter.quarantined) return kBatchesQuarantined;
  return filter.state.has_value() ? kBatchesOfState : kBatches;
}

}  // namespace

Batch SqliteFileTracker::Claim(const ClaimRequest& request) {
  VARVE_RETURN_IF_ERROR(CheckClaim(request.files, kBatchFilesMax));
  return database_.Write(Durability::kMachine, [&](SqliteConnection& connection) {
    return ClaimLocked(connection, request);
  });
}

Batch SqliteFileTracker::Lease(std::string_view pipeline, std::string_view batch,
                               std::string_view owner, int64_t now_us, int64_t lease_until_us) {
  return WriteBatch(database_, Durability::kProcess, pipeline, batch,
                    [&](SqliteConnection& connection, BatchRow& row) -> Batch {
                      VARVE_RETURN_IF_ERROR(CheckLease(row.batch, owner, now_us));
                      TakeLease(row.batch, owner, now_us, lease_until_us);
                      VARVE_RETURN_IF_ERROR(UpdateBatch(connection, row));
                      return row.batch;
                    });
}

Result<std::vector<BatchRecord>> SqliteFileTracker::Abandoned(std::string_view pipeline,
                                                              int64_t now_us, int limit) {
  using Batches = std::vector<BatchRecord>;
  return database_.Read([&](SqliteConnection& connection) -> Result<Batches> {
    VARVE_ASSIGN_OR_RETURN(
        std::vector<BatchRow> rows,
        connection.All("SELECT " VARVE_BATCH_COLUMNS
                       " FROM batches INDEXED BY batches_open WHERE pipeline = ? AND state < 3 "
                       "AND lease_until_us < ? ORDER BY lease_until_us LIMIT ?",
                       BatchRowOf, pipeline, now_us, std::max(limit, 1)));
    return CompleteRows(connection, rows);
  });
}

Batch SqliteFileTracker::GetBatch(std::string_view pipeline, std::string_view batch) {
  return database_.Read([&](SqliteConnection& connection) -> Batch {
    VARVE_ASSIGN_OR_RETURN(BatchRow row, ReadBatch(connection, pipeline, batch));
    return std::move(row.batch);
  });
}

Result<BatchPage> SqliteFileTracker::Batches(std::string_view pipeline, const BatchFilter& filter,
                                             std::string_view after, int limit) {
  const int wanted = std::max(limit, 1);
  int64_t before = INT64_MAX;
  std::from_chars(after.data(), after.data() + after.size(), before);
  const int64_t state = filter.state.has_value() ? static_cast<int64_t>(*filter.state) : -1;
  return database_.Read([&](SqliteConnection& connection) -> Result<BatchPage> {
    VARVE_ASSIGN_OR_RETURN(
        std::vector<BatchRow> rows,
        connection.All(BatchQueryFor(filter), BatchRowOf, pipeline, before, state, filter.id_prefix,
                       PrefixEnd(filter.id_prefix), filter.quarantined, int64_t{wanted} + 1));
    BatchPage page;
    if (rows.size() > static_cast<size_t>(wanted)) {
      rows.pop_back();
      page.next = std::to_string(rows.back().id);
    }
    VARVE_ASSIGN_OR_RETURN(page.batches, CompleteRows(connection, rows));
    return page;
  });
}

Batch SqliteFileTracker::Reopen(std::string_view pipeline, std::string_view batch,
                                std::string_view owner, std::string_view detail, int64_t now_us,
                                int64_t lease_until_us) {
  return WriteBatch(database_, Durability::kMachine, pipeline, batch,
                    [&](SqliteConnection& connection, BatchRow& row) {
                      return ReopenLocked(connection, row, owner, detail, now_us, lease_until_us);
                    });
}

Batch SqliteFileTracker::Begin(const BatchRecord& batch, int64_t now_us) {
  return WriteBatch(database_, Durability::kProcess, batch.pipeline, batch.id,
                    [&](SqliteConnection& connection, BatchRow& row) -> Batch {
                      VARVE_ASSIGN_OR_RETURN(const Step step, CheckBegin(row.batch, batch));
                      if (step == Step::kDone) return row.batch;
                      VARVE_ASSIGN_OR_RETURN(auto files, ReadBatchFiles(connection, row.id));
                      for (FileRow& file : files) {
                        if (file.file.state != FileState::kClaimed) continue;  // a rerun
                        file.file.state = FileState::kProcessing;
                        file.file.updated_us = now_us;
                        VARVE_RETURN_IF_ERROR(UpdateFile(connection, file, ""));
                      }
                      row.batch.state = BatchState::kProcessing;
                      row.batch.updated_us = now_us;
                      VARVE_RETURN_IF_ERROR(UpdateBatch(connection, row));
                      return row.batch;
                    });
}

Batch SqliteFileTracker::RecordOutputs(const BatchRecord& batch,
                                       const std::vector<BatchOutput>& outputs, int64_t now_us) {
  return WriteBatch(database_, Durability::kMachine, batch.pipeline, batch.id,
                    [&](SqliteConnection& connection, BatchRow& row) -> Batch {
                      VARVE_ASSIGN_OR_RETURN(const Step step,
                                             CheckRecordOutputs(row.batch, batch, outputs));
                      if (step == Step::kDone) return row.batch;
                      row.batch.state = BatchState::kPublishing;
                      row.batch.outputs = outputs;
                      row.batch.updated_us = now_us;
                      VARVE_RETURN_IF_ERROR(UpdateBatch(connection, row));
                      return row.batch;
                    });
}

Batch SqliteFileTracker::Complete(const BatchRecord& batch,
                                  const std::vector<FileOutcome>& outcomes, uint32_t attempts_max,
                                  int64_t retry_us, int64_t now_us) {
  return WriteBatch(
      database_, Durability::kMachine, batch.pipeline, batch.id,
      [&](SqliteConnection& connection, BatchRow& row) -> Batch {
        VARVE_ASSIGN_OR_RETURN(const Step step, CheckComplete(row.batch, batch));
        if (step == Step::kDone) return row.batch;
        return CompleteLocked(connection, row, outcomes, {attempts_max, retry_us}, now_us);
      });
}

Batch SqliteFileTracker::Fail(const BatchRecord& batch, std::string_view error,
                              const std::vector<ObjectRef>& missing, uint32_t attempts_max,
                              int64_t retry_us, int64_t now_us) {
  return WriteBatch(
      database_, Durability::kMachine, batch.pipeline, batch.id,
      [&](SqliteConnection& connection, BatchRow& row) -> Batch {
        VARVE_ASSIGN_OR_RETURN(const Step step, CheckFail(row.batch, batch, error));
        if (step == Step::kDone) return row.batch;
        return FailLocked(connection, row, error, missing, {attempts_max, retry_us}, now_us);
      });
}

}  // namespace varve
