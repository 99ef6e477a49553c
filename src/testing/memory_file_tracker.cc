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

DueOrder::Rank RankOf(const FileRecord& file, uint64_t number) {
  return {file.first_seen_us, number};
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
  const auto found = table.batch_numbers.find(std::string(id));
  if (found == table.batch_numbers.end()) {
    return Error{Code::kNotFound, "no batch " + std::string(id)};
  }
  return &table.batches.at(found->second);
}

void MemoryFileTracker::NoteState(Table& table, const BatchRecord& batch) {
  const uint64_t number = table.batch_numbers.at(batch.id);
  if (HasEnded(batch.state)) {
    table.open.erase(number);
  } else {
    table.open.insert(number);
  }
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

void MemoryFileTracker::Index(Table& table, const File& file) {
  const FileRecord& record = file.record;
  StateCount& count = table.counts[record.state];
  count.files += 1;
  count.bytes += record.object.size_bytes;
  if (record.state == FileState::kPending) {
    table.pending.Add(RankOf(record, file.number), record.not_before_us);
  }
  if (record.state != FileState::kCompleted) return;
  table.totals.lines += record.accounting.lines;
  table.totals.rows += record.accounting.rows;
  table.totals.quarantined += record.accounting.quarantined;
  table.totals.blank += record.accounting.blank;
}

void MemoryFileTracker::Unindex(Table& table, const File& file) {
  const FileRecord& record = file.record;
  StateCount& count = table.counts[record.state];
  count.files -= 1;
  count.bytes -= record.object.size_bytes;
  if (record.state == FileState::kPending) {
    table.pending.Remove(RankOf(record, file.number), record.not_before_us);
  }
  if (record.state != FileState::kCompleted) return;
  table.totals.lines -= record.accounting.lines;
  table.totals.rows -= record.accounting.rows;
  table.totals.quarantined -= record.accounting.quarantined;
  table.totals.blank -= record.accounting.blank;
}

void MemoryFileTracker::Change(Table& table, File& file, FileRecord next, std::string_view detail) {
  if (!file.history.empty()) Unindex(table, file);
  file.record = std::move(next);
  Index(table, file);
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
    known = &table.files[{ref.key, ref.bucket, ref.version}];
    table.by_number.push_back(known);
    known->number = table.by_number.size();
  }
  Change(table, *known, std::move(next), detail);
  if (superseded) return Registered::kSuperseded;

  for (auto at = table.files.lower_bound({ref.key, ref.bucket, ""}); at != table.files.end();
       ++at) {
    File& other = at->second;
    if (other.record.object.ref.key != ref.key || other.record.object.ref.bucket != ref.bucket) {
      break;
    }
    if (&other == known || !MayBeSuperseded(other.record.state)) continue;
    FileRecord record = other.record;
    record.state = FileState::kSuperseded;
    record.updated_us = file.first_seen_us;
    Change(table, other, std::move(record), "superseded by " + ref.version);
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
  const Table& table = TableOf(pipeline);
  for (auto at = table.files.lower_bound({std::string(key), "", ""});
       at != table.files.end() && at->second.record.object.ref.key == key; ++at) {
    found.push_back(&at->second);
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

FilePage MemoryFileTracker::FilesOfBatch(Table& table, const FileFilter& filter) {
  FilePage page;
  const auto batch = FindBatch(table, filter.batch);
  if (!batch.ok()) return page;
  for (const ObjectRef& ref : (*batch)->files) {
    const FileRecord& file = Find(table, ref)->record;
    if (Matches(file, filter)) page.files.push_back(file);
  }
  std::sort(page.files.begin(), page.files.end(), [](const FileRecord& a, const FileRecord& b) {
    const ObjectRef& x = a.object.ref;
    const ObjectRef& y = b.object.ref;
    return std::tie(x.key, x.bucket, x.version) < std::tie(y.key, y.bucket, y.version);
  });
  return page;
}

Result<FilePage> MemoryFileTracker::Files(std::string_view pipeline, const FileFilter& filter,
                                          std::string_view after, int limit) {
  const std::lock_guard lock(mutex_);
  Table& table = TableOf(pipeline);
  if (!filter.batch.empty() && after.empty() && static_cast<size_t>(limit) >= kBatchFilesMax) {
    return FilesOfBatch(table, filter);
  }
  auto at = table.files.begin();
  if (!after.empty()) {
    const uint64_t number = Number(after, 0);
    if (number == 0 || number > table.by_number.size()) {
      return Error{Code::kInvalidArgument, "not a page of files"};
    }
    const ObjectRef& ref = table.by_number[number - 1]->record.object.ref;
    at = table.files.upper_bound({ref.key, ref.bucket, ref.version});
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
  Table& table = TableOf(pipeline);
  std::vector<FileRecord> pending;
  table.pending.ForEachDue(now_us, [&](const DueOrder::Rank& rank) {
    pending.push_back(table.by_number[rank.second - 1]->record);
    return pending.size() < static_cast<size_t>(std::max(limit, 1));
  });
  return pending;
}

Result<TrackerStats> MemoryFileTracker::Stats(std::string_view pipeline) {
  const std::lock_guard lock(mutex_);
  const Table& table = TableOf(pipeline);
  TrackerStats stats;
  for (const auto& [state, count] : table.counts) {
    if (count.files > 0) stats.states.push_back({state, count.files, count.bytes});
  }
  if (FilesIn(stats, FileState::kPending) > 0) {
    stats.oldest_pending_us = table.pending.Lowest().first;
  }
  stats.totals = table.totals;
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
    Change(table, *file, std::move(next), "claimed by " + request.owner);
  }
  const uint64_t number = table.batches.size() + 1;
  table.batch_numbers[id] = number;
  table.open.insert(number);
  return table.batches[number] = batch;
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
  const Table& table = TableOf(pipeline);
  for (const uint64_t number : table.open) {
    if (abandoned.size() == static_cast<size_t>(std::max(limit, 1))) break;
    const BatchRecord& batch = table.batches.at(number);
    if (batch.lease_until_us < now_us) abandoned.push_back(batch);
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
  // False: the page is full.
  const auto take = [&](uint64_t number, const BatchRecord& batch) {
    if (!Matches(batch, filter)) return true;
    if (page.batches.size() == static_cast<size_t>(std::max(limit, 1))) {
      page.next = std::to_string(last);
      return false;
    }
    page.batches.push_back(batch);
    last = number;
    return true;
  };
  if (filter.state && !HasEnded(*filter.state)) {
    for (auto at = table.open.lower_bound(before); at != table.open.begin();) {
      if (--at; !take(*at, table.batches.at(*at))) break;
    }
    return page;
  }
  for (auto at = table.batches.lower_bound(before); at != table.batches.begin();) {
    if (--at; !take(at->first, at->second)) break;
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
  NoteState(table, *stored);
  TakeLease(*stored, owner, now_us, lease_until_us);
  for (const ObjectRef& ref : stored->files) {
    File* file = Find(table, ref);
    FileRecord next = file->record;
    next.updated_us = now_us;
    Change(table, *file, std::move(next), detail);
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
    Change(table, *file, std::move(next), "");
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
      Change(table, *file, AfterSuccess(file->record, outcome.accounting, now_us), "");
    } else {
      Change(table, *file,
             AfterFailure(file->record, outcome.error, {attempts_max, retry_us},
                          NewerKnown(table, file->record), now_us),
             outcome.error);
    }
  }
  CompleteBatch(*stored, now_us);
  NoteState(table, *stored);
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
    NoteState(table, *stored);
    return *stored;
  }
  for (const ObjectRef& ref : stored->files) {
    File* file = Find(table, ref);
    const bool gone = std::find(missing.begin(), missing.end(), ref) != missing.end();
    Change(table, *file,
           gone ? AfterVanishing(file->record, now_us)
                : AfterFailure(file->record, error, {attempts_max, retry_us},
                               NewerKnown(table, file->record), now_us),
           error);
  }
  FailBatch(*stored, error, now_us);
  NoteState(table, *stored);
  return *stored;
}

Status MemoryFileTracker::Retry(std::string_view pipeline, const ObjectRef& ref,
                                std::string_view detail, int64_t now_us) {
  const std::lock_guard lock(mutex_);
  Table& table = TableOf(pipeline);
  File* file = Find(table, ref);
  if (file == nullptr) return Unknown(ref);
  VARVE_RETURN_IF_ERROR(CheckRetry(file->record));
  Change(table, *file, AfterRetry(file->record, now_us), detail);
  return Ok{};
}

Status MemoryFileTracker::MarkMissing(std::string_view pipeline, const ObjectRef& ref,
                                      std::string_view detail, int64_t now_us) {
  const std::lock_guard lock(mutex_);
  Table& table = TableOf(pipeline);
  File* file = Find(table, ref);
  if (file == nullptr) return Unknown(ref);
  VARVE_RETURN_IF_ERROR(CheckMarkMissing(file->record));
  Change(table, *file, AfterVanishing(file->record, now_us), detail);
  return Ok{};
}

}  // namespace varve
