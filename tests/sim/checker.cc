#include "sim/checker.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>

#include "model/manifest.h"

namespace varve::sim {
namespace {

constexpr int kAll = 1000;

using Row = std::tuple<std::string, std::string, std::string>;  // key, version, line

void Demand(bool holds, const std::string& otherwise) {
  if (!holds) throw Violation(otherwise);
}

// Rows of one object; each may be seen once.
void ReadRows(const std::string& content, std::set<Row>* rows) {
  size_t at = 0;
  while (at < content.size()) {
    const size_t end = content.find('\x1e', at);
    const std::string row = content.substr(at, end - at);
    const size_t line = row.rfind('\t');
    const size_t version = row.rfind('\t', line - 1);
    const Row name(row.substr(0, version), row.substr(version + 1, line - version - 1),
                   row.substr(line + 1));
    Demand(rows->insert(name).second, "duplicate row " + row);
    at = end + 1;
  }
}

class Checks {
 public:
  Checks(World& world, Tally* tally) : world_(world), tally_(tally) {}

  void Run() {
    tally_->late_writes = world_.tracker.late_writes();
    const auto page = world_.tracker.Files(kPipeline, {}, "", kAll);
    for (const FileRecord& file : page->files) CheckFile(file);
    CheckInputs();
    CheckOutputs();
    CheckBatches();
    CheckRows();
    CheckSchemas();
    Demand(world_.output.List("_varve/", "", 10)->objects.empty(), "leftovers are staged");
    CheckDeadLetters();
  }

 private:
  bool IsLive(const ObjectRef& ref) {
    const auto head = world_.input.Head(ref.key);
    return head.ok() && head->ref == ref;
  }

  void CheckFile(const FileRecord& file) {
    const ObjectRef& ref = file.object.ref;
    const std::string name = ToString(ref);
    const SourceFile& source = world_.truth.at({ref.key, ref.version});
    switch (file.state) {
      case FileState::kCompleted:
        ++tally_->completed;
        Demand(file.accounting == source.counts, "wrong accounting of " + name);
        Expect(ref, source);
        columns_.insert(source.columns.begin(), source.columns.end());
        return;
      case FileState::kFailed: return CheckFailed(file, source);
      case FileState::kMissing:
        ++tally_->missing;
        return Demand(!IsLive(ref), "taken for missing, but there: " + name);
      case FileState::kSuperseded:
        ++tally_->superseded;
        return Demand(!IsLive(ref), "taken for superseded, but the newest: " + name);
      default: throw Violation(name + " is still " + std::string(FileStateName(file.state)));
    }
  }

  void CheckFailed(const FileRecord& file, const SourceFile& source) {
    const std::string name = ToString(file.object.ref);
    ++tally_->failed;
    if (source.order.empty()) {
      ++tally_->given_up;
      Demand(file.error.find("its process died") != std::string::npos,
             "an innocent file was given up: " + name + ": " + file.error);
    }
    const auto alerts = world_.notifier.Alerts();
    const bool told = std::any_of(alerts.begin(), alerts.end(), [&](const Alert& alert) {
      return alert.topic == "file_failed" && alert.subject.find(name) != std::string::npos;
    });
    Demand(told, "nobody was told that this failed for good: " + name);
  }

  void Expect(const ObjectRef& ref, const SourceFile& source) {
    for (const uint64_t line : source.row_lines) {
      expected_rows_.emplace(ref.key, ref.version, std::to_string(line));
    }
    for (const uint64_t line : source.bad_lines) {
      expected_bad_.emplace(ref.key, ref.version, std::to_string(line));
    }
  }

  void CheckInputs() {
    const auto page = world_.input.List("in/", "", kAll);
    for (const ObjectInfo& object : page->objects) {
      const auto file = world_.tracker.Get(kPipeline, object.ref);
      Demand(file.ok(), "never noticed: " + ToString(object.ref));
      Demand(file->state == FileState::kCompleted || file->state == FileState::kFailed,
             ToString(object.ref) + " is " + std::string(FileStateName(file->state)));
    }
  }

  void CheckOutputs() {
    const auto page = world_.output.List("out/", "", kAll);
    for (const ObjectInfo& object : page->objects) {
      const std::string& key = object.ref.key;
      const std::string content = *world_.output.Get(key, 1 << 20);
      visible_[key] = HashOf(content);
      ReadRows(content, key.find("_quarantine/") != key.npos ? &seen_bad_ : &seen_rows_);
    }
  }

  void CheckBatches() {
    const auto page = world_.tracker.Batches(kPipeline, {}, "", kAll);
    for (const BatchRecord& batch : page->batches) {
      ++tally_->batches;
      tally_->reruns += batch.reruns;
      tally_->takeovers += batch.attempts > 1 ? batch.attempts - 1 : 0;
      Demand(batch.state >= BatchState::kCompleted, "still at work: " + batch.id);
      CheckManifest(batch);
      if (batch.state != BatchState::kCompleted) continue;
      for (const BatchOutput& output : batch.outputs) {
        const auto found = visible_.find(output.final_key);
        Demand(found != visible_.end(), "recorded, but not there: " + output.final_key);
        Demand(found->second == output.hash, "not what was recorded: " + output.final_key);
        visible_.erase(found);
      }
    }
    Demand(visible_.empty(), "visible, but not recorded: " +
                                 (visible_.empty() ? std::string() : visible_.begin()->first));
  }

  void CheckManifest(const BatchRecord& batch) {
    const auto text = world_.manifests.Get(batch.manifest_key, 1 << 20);
    if (!text.ok()) {
      return Demand(batch.state == BatchState::kFailed, "no manifest of " + batch.id);
    }
    const auto manifest = ManifestFromJson(*text);
    Demand(manifest.ok(), "unreadable manifest of " + batch.id);
    Demand(manifest->files.size() == batch.files.size(), "not the manifest of " + batch.id);
    for (size_t i = 0; i < batch.files.size(); ++i) {
      Demand(manifest->files[i].ref == batch.files[i], "not the manifest of " + batch.id);
    }
  }

  void CheckRows() {
    tally_->rows += seen_rows_.size();
    for (const Row& row : expected_rows_) {
      Demand(seen_rows_.erase(row) == 1,
             "lost row " + std::get<0>(row) + "@" + std::get<1>(row) + ":" + std::get<2>(row));
    }
    Demand(seen_rows_.empty(), "rows of files that are not completed");
    Demand(seen_bad_ == expected_bad_, "quarantine is not what it should be");
  }

  void CheckSchemas() {
    const auto versions = world_.schemas.Versions(kPipeline);
    for (size_t i = 0; i < versions->size(); ++i) {
      Demand((*versions)[i].version == i + 1, "schema versions have a gap");
    }
    const std::set<std::string> known =
        versions->empty() ? std::set<std::string>() : ColumnsOf(versions->back().schema);
    Demand(std::includes(known.begin(), known.end(), columns_.begin(), columns_.end()),
           "the schema lacks columns of completed files");
  }

  void CheckDeadLetters() {
    uint64_t garbage = 0;
    const auto page = world_.queue.DeadLetters("", kAll);
    for (const DeadLetter& letter : page->letters) {
      garbage += letter.body == "{\"what\":\"ever\"}";
      Demand(!letter.reason.empty(), "a dead letter without a reason");
    }
    Demand(garbage == world_.garbage_sent, "a message that is no event was not buried");
  }

  World& world_;
  Tally* tally_;
  std::set<Row> expected_rows_;
  std::set<Row> expected_bad_;
  std::set<Row> seen_rows_;
  std::set<Row> seen_bad_;
  std::map<std::string, std::string> visible_;  // key -> hash
  std::set<std::string> columns_;
};

}  // namespace

void Tally::Add(const Tally& other) {
  schedules += other.schedules;
  ticks += other.ticks;
  crashes += other.crashes;
  faults += other.faults;
  takeovers += other.takeovers;
  late_writes += other.late_writes;
  batches += other.batches;
  reruns += other.reruns;
  completed += other.completed;
  failed += other.failed;
  given_up += other.given_up;
  missing += other.missing;
  superseded += other.superseded;
  rows += other.rows;
}

bool IsQuiet(World& world) {
  const auto depth = world.queue.Depth();
  if (depth->visible + depth->in_flight > 0) return false;
  const auto stats = world.tracker.Stats(kPipeline);
  for (const StateCount& count : stats->states) {
    if (count.files > 0 && count.state <= FileState::kProcessing) return false;
  }
  for (const BatchState state :
       {BatchState::kClaimed, BatchState::kProcessing, BatchState::kPublishing}) {
    if (!world.tracker.Batches(kPipeline, {state, ""}, "", 1)->batches.empty()) return false;
  }
  return world.executions.Running("", 1)->empty();
}

void CheckEnd(World& world, Tally* tally) { Checks(world, tally).Run(); }

}  // namespace varve::sim
