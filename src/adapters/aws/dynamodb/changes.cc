#include "adapters/aws/dynamodb/changes.h"

#include <random>
#include <utility>

#include "adapters/aws/dynamodb/item.h"

namespace varve::aws {
namespace {

using nlohmann::json;

std::string CountName(const char* what, FileState state) {
  return std::string(what) + "_" + std::string(FileStateName(state));
}

}  // namespace

// Counts are attributes of one of several items, so that transactions seldom meet there.
void Changes::Count(const FileRecord& file, int64_t sign) {
  counts_[CountName("files", file.state)] += sign;
  counts_[CountName("bytes", file.state)] += sign * static_cast<int64_t>(file.object.size_bytes);
  if (file.state != FileState::kCompleted) return;
  counts_["total_lines"] += sign * static_cast<int64_t>(file.accounting.lines);
  counts_["total_rows"] += sign * static_cast<int64_t>(file.accounting.rows);
  counts_["total_quarantined"] += sign * static_cast<int64_t>(file.accounting.quarantined);
  counts_["total_blank"] += sign * static_cast<int64_t>(file.accounting.blank);
}

void Changes::Put(const FileEntry& entry, const Condition& condition) {
  actions_.push_back(table_.PutAction(FileItem(entry), condition));
}

void Changes::PutHead(const FileRecord& file, uint64_t seen, uint64_t versions) {
  const ObjectRef& ref = file.object.ref;
  const Key key = HeadKey(file.pipeline, ref.bucket, ref.key);
  const json head = {
      {"pk", TextValue(key.pk)}, {"sk", TextValue(key.sk)}, {"versions", NumberValue(versions)}};
  actions_.push_back(table_.PutAction(head, seen == 0 ? IsAbsent() : NumberIs("versions", seen)));
}

void Changes::AddFile(const FileEntry& entry, uint64_t versions_before) {
  Count(entry.file, 1);
  Put(entry, IsAbsent());
  PutHead(entry.file, versions_before, versions_before + 1);
}

void Changes::TouchHead(const FileRecord& file, uint64_t versions) {
  PutHead(file, versions, versions + 1);
}

void Changes::ChangeFile(const FileEntry& before, FileRecord next, std::string_view detail) {
  const FileEntry after = Changed(before, std::move(next), detail);
  Count(before.file, -1);
  Count(after.file, 1);
  Put(after, NumberIs("rev", before.revision));
}

void Changes::MarkNewerKnown(const FileEntry& before) {
  FileEntry after = before;
  after.newer_known = true;
  after.revision += 1;
  Put(after, NumberIs("rev", before.revision));
}

void Changes::AddBatch(const BatchEntry& entry) {
  actions_.push_back(table_.PutAction(BatchItem(entry), IsAbsent()));
}

void Changes::ChangeBatch(BatchEntry entry) {
  const Condition unchanged = NumberIs("rev", entry.revision);
  entry.revision += 1;
  actions_.push_back(table_.PutAction(BatchItem(entry), unchanged));
}

Result<Written> Changes::Commit() {
  std::erase_if(counts_, [](const auto& count) { return count.second == 0; });
  if (!counts_.empty()) {
    const uint32_t shard = std::random_device()() % kCounterShards;
    actions_.push_back(table_.AddAction(CounterKey(pipeline_, shard), counts_));
  }
  return table_.Write(actions_);
}

// A shard's counts alone may be below 0: files leave a state by another one than they came by. Sums
// of all shards are not, and unsigned numbers wrap around on the way there.
Status AddCounts(const json& item, std::vector<StateCount>* states, RowAccounting* totals) {
  ItemReader reader(item);
  const auto number = [&](const std::string& name) {
    return static_cast<uint64_t>(reader.Int(name.c_str()));
  };
  for (StateCount& count : *states) {
    count.files += number(CountName("files", count.state));
    count.bytes += number(CountName("bytes", count.state));
  }
  totals->lines += number("total_lines");
  totals->rows += number("total_rows");
  totals->quarantined += number("total_quarantined");
  totals->blank += number("total_blank");
  return reader.status();
}

}  // namespace varve::aws
