#include "testing/memory_file_tracker.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "model/file_rules.h"

namespace varve {
namespace {

uint64_t Number(std::string_view text, uint64_t otherwise) {
  uint64_t number = otherwise;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

Error Unknown(const ObjectRef& ref) {
  return Error{Code::kNotFound, ToString(ref) + " is not tracked"};
}

bool Matches(const FileRecord& file, const FileFilter& filter) {
  return (!filter.state.has_value() || file.state == *filter.state) &&
         file.object.ref.key.starts_with(filter.key_prefix) &&
         (filter.batch.empty() || file.batch == filter.batch) &&
         (!filter.quarantined || file.accounting.quarantined > 0);
}

bool Matches(const BatchRecord& batch, const BatchFilter& filter) {
  return (!filter.state.has_value() || batch.state == *filter.state) &&
         batch.id.starts_with(filter.id_prefix) &&
         (!filter.quarantined ||
          std::any_of(batch.outputs.begin(), batch.outputs.end(),
                      [](const BatchOutput& output) { return output.quarantine; }));
}

bool IsOpen(BatchState state) {
  return state != BatchState::kCompleted && state != BatchState::kFailed;
}

}  // namespace

MemoryFileTracker::Table& MemoryFileTracker::TableOf(std::string_view pipeline) {
  const auto found = tables_.find(pipeline);
  return found != tables_.end() ? found->second : tables_[std::string(pipeline)];
}

MemoryFileTracker::File* MemoryFileTracker::Find(Table& table, const ObjectRef& ref) {
  const auto found = table.files.find({ref.key, ref.bucket, ref.version});
  return found == table.files.end() ? nullptr : &found->second;
}

Result<BatchRecord*> MemoryFileTracker::FindBatch(Table& table, std::string_view id) {
  for (auto& [number, batch] : table.batches) {
    if (batch.id == id) return &batch;
  }
  return Error{Code::kNotFound, "no batch " + std::string(id)};
}

bool MemoryFileTracker::NewerKnown(const Table& table, const FileRecord& file) {
  const ObjectRef& ref = file.object.ref;
  for (auto at = table.files.lower_bound({ref.key, ref.bucket, ""}); at != table.files.end();
       ++at) {
    const FileRecord& other = at->second.record;
    if (other.object.ref.key != ref.key || other.object.ref.bucket != ref.bucket) break;
    if (other.sequencer > file.sequencer) return true;
  }
  return false;
}

void MemoryFileTracker::Change(File& file, FileRecord next, std::string_view detail) {
  file.record = std::move(next);
  file.history.push_back(
      {file.record.updated_us, file.record.state, file.record.batch, std::string(detail)});
}

Result<Registered> MemoryFileTracker::Register(const FileRecord& file, std::string_view detail) {
  const std::lock_guard lock(mutex_);
  Table& table = TableOf(file.pipeline);
  const ObjectRef& ref = file.object.ref;
  File* known = Find(table, ref);
  if (known != nullptr && known->record.state != FileState::kMissing) return Registered::kKnown;

  FileRecord next =
      known == nullptr ? NewFile(file) : AfterRetry(known->record, file.first_seen_us);
  const bool superseded = NewerKnown(table, next);
  if (superseded) next.state = FileState::kSuperseded;
  if (known == nullptr) {
    const uint64_t number = table.files.size() + 1;
    known = &table.files[{ref.key, ref.bucket, ref.version}];
    known->number = number;
  }
  Change(*known, std::move(next), detail);
  if (superseded) return Registered::kSuperseded;

  for (auto& [name, other] : table.files) {
    FileRecord& record = other.record;
    if (&other == known || record.object.ref.key != ref.key ||
        record.object.ref.bucket != ref.bucket || !MayBeSuperseded(record.state)) {
      continue;
    }
    record.state = FileState::kSuperseded;
    record.updated_us = file.first_seen_us;
    Change(other, record, "superseded by " + ref.version);
  }
  return Registered::kNew;
}

Result<FileRecord> MemoryFileTracker::Get(std::string_view pipeline, const ObjectRef& ref) {
  const std::lock_guard lock(mutex_);
  const File* file = Find(TableOf(pipeline), ref);
  if (file == nullptr) return Unknown(ref);
  return file->record;
}

Result<std::vector<FileRecord>> MemoryFileTracker::Versions(std::string_view pipeline,
                                                            std::string_view key) {
  const std::lock_guard lock(mutex_);
  std::vector<const File*> found;
  for (const auto& [name, file] : TableOf(pipeline).files) {
    if (file.record.object.ref.key == key) found.push_back(&file);
  }
  std::sort(found.begin(), found.end(), [](const File* a, const File* b) {
    return std::tie(a->record.sequencer, a->number) > std::tie(b->record.sequencer, b->number);
  });
  std::vector<FileRecord> versions;
  for (const File* file : found) versions.push_back(file->record);
  return versions;
}

Result<std::vector<FileEvent>> MemoryFileTracker::History(std::string_view pipeline,
                                                          const ObjectRef& ref) {
  const std::lock_guard lock(mutex_);
  const File* file = Find(TableOf(pipeline), ref);
  if (file == nullptr) return Unknown(ref);
  return file->history;
}

Result<FilePage> MemoryFileTracker::Files(std::string_view pipeline, const FileFilter& filter,
                                          std::string_view after, int limit) {
  const std::lock_guard lock(mutex_);
  const Table& table = TableOf(pipeline);
  auto at = table.files.begin();
  if (!after.empty()) {
    const uint64_t number = Number(after, 0);
    at = std::find_if(at, table.files.end(),
                      [&](const auto& entry) { return entry.second.number == number; });
    if (at == table.files.end()) return Error{Code::kInvalidArgument, "not a page of files"};
    ++at;
  }
  FilePage page;
  uint64_t last = 0;
  for (; at != table.files.end(); ++at) {
    if (!Matches(at->second.record, filter)) continue;
    if (page.files.size() == static_cast<size_t>(std::max(limit, 1))) {
      page.next = std::to_string(last);
      break;
    }
    page.files.push_back(at->second.record);
    last = at->second.number;
  }
  return page;
}

Result<std::vector<FileRecord>> MemoryFileTracker::Pending(std::string_view pipeline,
                                                           int64_t now_us, int limit) {
  const std::lock_guard lock(mutex_);
  std::vector<const File*> found;
  for (const auto& [name, file] : TableOf(pipeline).files) {
    if (file.record.state == FileState::kPending && file.record.not_before_us <= now_us) {
      found.push_back(&file);
    }
  }
  std::sort(found.begin(), found.end(), [](const File* a, const File* b) {
    return std::tie(a->record.first_seen_us, a->number) <
           std::tie(b->record.first_seen_us, b->number);
  });
  std::vector<FileRecord> pending;
  for (const File* file : found) {
    if (pending.size() == static_cast<size_t>(std::max(limit, 1))) break;
    pending.push_back(file->record);
  }
  return pending;
}

Result<TrackerStats> MemoryFileTracker::Stats(std::string_view pipeline) {
  const std::lock_guard lock(mutex_);
  std::map<FileState, StateCount> counts;
  TrackerStats stats;
  for (const auto& [name, file] : TableOf(pipeline).files) {
    const FileRecord& record = file.record;
    StateCount& count = counts[record.state];
    count.state = record.state;
    count.files += 1;
    count.bytes += record.object.size_bytes;
    if (record.state == FileState::kPending &&
        (stats.oldest_pending_us == 0 || record.first_seen_us < stats.oldest_pending_us)) {
      stats.oldest_pending_us = record.first_seen_us;
    }
    if (record.state == FileState::kCompleted) {
      stats.totals.lines += record.accounting.lines;
      stats.totals.rows += record.accounting.rows;
      stats.totals.quarantined += record.accounting.quarantined;
      stats.totals.blank += record.accounting.blank;
    }
  }
  for (const auto& [state, count] : counts) stats.states.push_back(count);
  return stats;
}

Result<BatchRecord> MemoryFileTracker::Claim(const ClaimRequest& request) {
  VARVE_RETURN_IF_ERROR(CheckClaim(request.files, kBatchFilesMax));
  const std::lock_guard lock(mutex_);
  Table& table = TableOf(request.pipeline);
  std::vector<File*> files;
  for (const ObjectRef& ref : request.files) {
    File* file = Find(table, ref);
    if (file == nullptr || file->record.state != FileState::kPending) {
      return Error{Code::kConflict, ToString(ref) + " is not pending"};
    }
    files.push_back(file);
  }
  const std::string id = BatchId(request.day, ++table.batches_of_day[request.day]);
  BatchRecord batch = NewBatch(request.pipeline, id, request.files, request.now_us);
  TakeLease(batch, request.owner, request.now_us, request.lease_until_us);
  for (File* file : files) {
    FileRecord next = file->record;
    next.state = FileState::kClaimed;
    next.batch = id;
    next.updated_us = request.now_us;
    Change(*file, std::move(next), "claimed by " + request.owner);
  }
  return table.batches[table.batches.size() + 1] = batch;
}

Result<BatchRecord> MemoryFileTracker::Lease(std::string_view pipeline, std::string_view batch,
                                             std::string_view owner, int64_t now_us,
                                             int64_t lease_until_us) {
  const std::lock_guard lock(mutex_);
  VARVE_ASSIGN_OR_RETURN(BatchRecord * stored, FindBatch(TableOf(pipeline), batch));
  VARVE_RETURN_IF_ERROR(CheckLease(*stored, owner, now_us));
  TakeLease(*stored, owner, now_us, lease_until_us);
  return *stored;
}

Result<std::vector<BatchRecord>> MemoryFileTracker::Abandoned(std::string_view pipeline,
                                                              int64_t now_us, int limit) {
  const std::lock_guard lock(mutex_);
  std::vector<BatchRecord> abandoned;
  for (const auto& [number, batch] : TableOf(pipeline).batches) {
    if (abandoned.size() == static_cast<size_t>(std::max(limit, 1))) break;
    if (IsOpen(batch.state) && batch.lease_until_us < now_us) abandoned.push_back(batch);
  }
  return abandoned;
}

Result<BatchRecord> MemoryFileTracker::GetBatch(std::string_view pipeline, std::string_view batch) {
  const std::lock_guard lock(mutex_);
  VARVE_ASSIGN_OR_RETURN(BatchRecord * stored, FindBatch(TableOf(pipeline), batch));
  return *stored;
}

Result<BatchPage> MemoryFileTracker::Batches(std::string_view pipeline, const BatchFilter& filter,
                                             std::string_view after, int limit) {
  const std::lock_guard lock(mutex_);
  const Table& table = TableOf(pipeline);
  const uint64_t before = Number(after, table.batches.size() + 1);
  BatchPage page;
  uint64_t last = 0;
  for (auto at = table.batches.rbegin(); at != table.batches.rend(); ++at) {
    if (at->first >= before || !Matches(at->second, filter)) continue;
    if (page.batches.size() == static_cast<size_t>(std::max(limit, 1))) {
      page.next = std::to_string(last);
      break;
    }
    page.batches.push_back(at->second);
    last = at->first;
  }
  return page;
}

Result<BatchRecord> MemoryFileTracker::Reopen(std::string_view pipeline, std::string_view batch,
                                              std::string_view owner, std::string_view detail,
                                              int64_t now_us, int64_t lease_until_us) {
  const std::lock_guard lock(mutex_);
  Table& table = TableOf(pipeline);
  VARVE_ASSIGN_OR_RETURN(BatchRecord * stored, FindBatch(table, batch));
  VARVE_RETURN_IF_ERROR(CheckReopen(*stored));
  for (const ObjectRef& ref : stored->files) {
    const FileRecord& file = Find(table, ref)->record;
    if (file.state != FileState::kCompleted || file.batch != stored->id) {
      return Error{Code::kConflict, ToString(ref) + " is not completed in this batch any more"};
    }
  }
  ReopenBatch(*stored);
  TakeLease(*stored, owner, now_us, lease_until_us);
  for (const ObjectRef& ref : stored->files) {
    File* file = Find(table, ref);
    file->record.updated_us = now_us;
    Change(*file, file->record, detail);
  }
  return *stored;
}

Result<BatchRecord> MemoryFileTracker::Begin(const BatchRecord& batch, int64_t now_us) {
  const std::lock_guard lock(mutex_);
  Table& table = TableOf(batch.pipeline);
  VARVE_ASSIGN_OR_RETURN(BatchRecord * stored, FindBatch(table, batch.id));
  VARVE_ASSIGN_OR_RETURN(const Step step, CheckBegin(*stored, batch));
  if (step == Step::kDone) return *stored;
  stored->state = BatchState::kProcessing;
  stored->updated_us = now_us;
  for (const ObjectRef& ref : stored->files) {
    File* file = Find(table, ref);
    if (file->record.state != FileState::kClaimed) continue;  // completed: a rerun
    FileRecord next = file->record;
    next.state = FileState::kProcessing;
    next.updated_us = now_us;
    Change(*file, std::move(next), "");
  }
  return *stored;
}

Result<BatchRecord> MemoryFileTracker::RecordOutputs(const BatchRecord& batch,
                                                     const std::vector<BatchOutput>& outputs,
                                                     int64_t now_us) {
  const std::lock_guard lock(mutex_);
  VARVE_ASSIGN_OR_RETURN(BatchRecord * stored, FindBatch(TableOf(batch.pipeline), batch.id));
  VARVE_ASSIGN_OR_RETURN(const Step step, CheckRecordOutputs(*stored, batch, outputs));
  if (step == Step::kDone) return *stored;
  stored->state = BatchState::kPublishing;
  stored->outputs = outputs;
  stored->updated_us = now_us;
  return *stored;
}

Result<BatchRecord> MemoryFileTracker::Complete(const BatchRecord& batch,
                                                const std::vector<FileOutcome>& outcomes,
                                                uint32_t attempts_max, int64_t retry_us,
                                                int64_t now_us) {
  const std::lock_guard lock(mutex_);
  Table& table = TableOf(batch.pipeline);
  VARVE_ASSIGN_OR_RETURN(BatchRecord * stored, FindBatch(table, batch.id));
  VARVE_ASSIGN_OR_RETURN(const Step step, CheckComplete(*stored, batch));
  if (step == Step::kDone) return *stored;
  VARVE_RETURN_IF_ERROR(CheckOutcomes(*stored, outcomes));
  for (const FileOutcome& outcome : outcomes) {
    File* file = Find(table, outcome.ref);
    if (outcome.error.empty()) {
      Change(*file, AfterSuccess(file->record, outcome.accounting, now_us), "");
    } else {
      Change(*file,
             AfterFailure(file->record, outcome.error, {attempts_max, retry_us},
                          NewerKnown(table, file->record), now_us),
             outcome.error);
    }
  }
  CompleteBatch(*stored, now_us);
  return *stored;
}

Result<BatchRecord> MemoryFileTracker::Fail(const BatchRecord& batch, std::string_view error,
                                            const std::vector<ObjectRef>& missing,
                                            uint32_t attempts_max, int64_t retry_us,
                                            int64_t now_us) {
  const std::lock_guard lock(mutex_);
  Table& table = TableOf(batch.pipeline);
  VARVE_ASSIGN_OR_RETURN(BatchRecord * stored, FindBatch(table, batch.id));
  VARVE_ASSIGN_OR_RETURN(const Step step, CheckFail(*stored, batch, error));
  if (step == Step::kDone) return *stored;
  VARVE_RETURN_IF_ERROR(CheckMembers(*stored, missing));
  if (FailAbortsRerun(*stored)) {
    AbortRerun(*stored, error, now_us);
    return *stored;
  }
  for (const ObjectRef& ref : stored->files) {
    File* file = Find(table, ref);
    const bool gone = std::find(missing.begin(), missing.end(), ref) != missing.end();
    Change(*file,
           gone ? AfterVanishing(file->record, now_us)
                : AfterFailure(file->record, error, {attempts_max, retry_us},
                               NewerKnown(table, file->record), now_us),
           error);
  }
  FailBatch(*stored, error, now_us);
  return *stored;
}

Status MemoryFileTracker::Retry(std::string_view pipeline, const ObjectRef& ref,
                                std::string_view detail, int64_t now_us) {
  const std::lock_guard lock(mutex_);
  File* file = Find(TableOf(pipeline), ref);
  if (file == nullptr) return Unknown(ref);
  VARVE_RETURN_IF_ERROR(CheckRetry(file->record));
  Change(*file, AfterRetry(file->record, now_us), detail);
  return Ok{};
}

Status MemoryFileTracker::MarkMissing(std::string_view pipeline, const ObjectRef& ref,
                                      std::string_view detail, int64_t now_us) {
  const std::lock_guard lock(mutex_);
  File* file = Find(TableOf(pipeline), ref);
  if (file == nullptr) return Unknown(ref);
  VARVE_RETURN_IF_ERROR(CheckMarkMissing(file->record));
  Change(*file, AfterVanishing(file->record, now_us), detail);
  return Ok{};
}

}  // namespace varve
