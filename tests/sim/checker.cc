#include "sim/checker.h"

#include <algorithm>
#include <set>
#include <string>
#include <tuple>

#include "model/manifest.h"
#include "model/names.h"

namespace varve::sim {
namespace {

constexpr int kPage = 1000;

using Row = std::tuple<std::string, std::string, std::string>;  // key, version, line

void Demand(bool holds, const std::string& otherwise) {
  if (!holds) throw Violation(otherwise);
}

// Goes through all pages: `list` gives the one after a name, `items` what is on it.
template <typename List, typename Items, typename Check>
void ForEach(List list, Items items, Check check) {
  std::string after;
  do {
    const auto page = list(after);
    for (const auto& item : (*page).*items) check(item);
    after = page->next;
  } while (!after.empty());
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

// Everything is checked one file, one object or one batch at a time, so that a million take no more
// memory than one: all rows are where they should be when those of each batch's outputs are those
// of the files completed in it, each completed file is in the batch that it names, and no object is
// visible that is not some batch's output.
class Checks {
 public:
  Checks(World& world, Tally* tally) : world_(world), tally_(tally) {}

  void Run() {
    tally_->late_writes = world_.tracker.late_writes();
    for (const Alert& alert : world_.notifier.Alerts()) {
      const size_t name = alert.subject.find(world_.input.bucket() + "/");
      if (alert.topic == "file_failed" && name != alert.subject.npos) {
        told_.insert(alert.subject.substr(name));
      }
    }
    ForEach([&](const std::string& after) { return Files(after); }, &FilePage::files,
            [&](const FileRecord& file) { CheckFile(file); });
    ForEach([&](const std::string& after) { return world_.input.List("in/", after, kPage); },
            &ListPage::objects, [&](const ObjectInfo& object) { CheckInput(object); });
    ForEach([&](const std::string& after) { return world_.output.List("out/", after, kPage); },
            &ListPage::objects, [&](const ObjectInfo& object) { CheckOutput(object); });
    ForEach([&](const std::string& after) { return Batches(after); }, &BatchPage::batches,
            [&](const BatchRecord& batch) { CheckBatch(batch); });
    Demand(converted_ == completed_, "a completed file is not in the batch it was completed in");
    CheckSchemas();
    Demand(world_.output.List("_varve/", "", 10)->objects.empty(), "leftovers are staged");
    CheckDeadLetters();
  }

 private:
  Result<FilePage> Files(const std::string& after) {
    return world_.tracker.Files(kPipeline, {}, after, kPage);
  }

  Result<BatchPage> Batches(const std::string& after) {
    return world_.tracker.Batches(kPipeline, {}, after, kPage);
  }

  bool IsLive(const ObjectRef& ref) {
    const auto head = world_.input.Head(ref.key);
    return head.ok() && head->ref == ref;
  }

  void CheckFile(const FileRecord& file) {
    const ObjectRef& ref = file.object.ref;
    const std::string name = ToString(ref);
    const SourceFile source = world_.Truth(ref);
    switch (file.state) {
      case FileState::kCompleted:
        ++tally_->completed;
        ++completed_;
        Demand(file.accounting == source.counts, "wrong accounting of " + name);
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
    Demand(told_.contains(name), "nobody was told that this failed for good: " + name);
  }

  void CheckInput(const ObjectInfo& object) {
    const auto file = world_.tracker.Get(kPipeline, object.ref);
    Demand(file.ok(), "never noticed: " + ToString(object.ref));
    Demand(file->state == FileState::kCompleted || file->state == FileState::kFailed,
           ToString(object.ref) + " is " + std::string(FileStateName(file->state)));
  }

  void CheckOutput(const ObjectInfo& object) {
    const std::string& key = object.ref.key;
    const auto batch = world_.tracker.GetBatch(kPipeline, BatchOfOutputKey(key).value_or(""));
    const bool recorded = batch.ok() && batch->state == BatchState::kCompleted &&
                          std::any_of(batch->outputs.begin(), batch->outputs.end(),
                                      [&](const BatchOutput& out) { return out.final_key == key; });
    Demand(recorded, "visible, but not recorded: " + key);
  }

  void CheckBatch(const BatchRecord& batch) {
    ++tally_->batches;
    tally_->reruns += batch.reruns;
    tally_->takeovers += batch.attempts > 1 ? batch.attempts - 1 : 0;
    Demand(batch.state >= BatchState::kCompleted, "still at work: " + batch.id);
    CheckManifest(batch);
    if (batch.state == BatchState::kCompleted) CheckRows(batch);
  }

  void CheckRows(const BatchRecord& batch) {
    std::set<Row> seen_rows;
    std::set<Row> seen_bad;
    for (const BatchOutput& output : batch.outputs) {
      const auto content = world_.output.Get(output.final_key, 1 << 20);
      Demand(content.ok(), "recorded, but not there: " + output.final_key);
      Demand(HashOf(*content) == output.hash, "not what was recorded: " + output.final_key);
      ReadRows(*content, output.quarantine ? &seen_bad : &seen_rows);
    }
    tally_->rows += seen_rows.size();
    std::set<Row> bad;
    for (const ObjectRef& ref : batch.files) {
      const auto file = world_.tracker.Get(kPipeline, ref);
      if (file->state != FileState::kCompleted || file->batch != batch.id) continue;
      ++converted_;
      const SourceFile source = world_.Truth(ref);
      for (const uint64_t line : source.row_lines) {
        Demand(seen_rows.erase({ref.key, ref.version, std::to_string(line)}) == 1,
               "lost row " + ToString(ref) + ":" + std::to_string(line));
      }
      for (const uint64_t line : source.bad_lines) {
        bad.emplace(ref.key, ref.version, std::to_string(line));
      }
    }
    Demand(seen_rows.empty(), "rows of files that are not completed in " + batch.id);
    Demand(seen_bad == bad, "quarantine is not what it should be: " + batch.id);
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
    ForEach([&](const std::string& after) { return world_.queue.DeadLetters(after, kPage); },
            &DeadLetterPage::letters,
            [&](const DeadLetter& letter) {
              garbage += letter.body == "{\"what\":\"ever\"}";
              Demand(!letter.reason.empty(), "a dead letter without a reason");
            });
    Demand(garbage == world_.garbage_sent, "a message that is no event was not buried");
  }

  World& world_;
  Tally* tally_;
  std::set<std::string> told_;  // files that people were told have failed
  uint64_t completed_ = 0;      // files that say so
  uint64_t converted_ = 0;      // files that are so in the batch they name
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
