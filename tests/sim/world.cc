#include "sim/world.h"

#include <algorithm>
#include <limits>

#include "base/json_text.h"
#include "model/names.h"
#include "pipeline/event.h"

namespace varve::sim {
namespace {

constexpr int64_t kStartUs = 1'737'072'000 * kMicrosPerSecond;  // 2025-01-17
constexpr uint32_t kReceivesMax = 6;
constexpr std::string_view kNames[] = {
    "a.ndjson",     "2025-01-15-b.ndjson", "2025-01-16-c.ndjson.gz",  "a b+c%20.ndjson",
    "../up.ndjson", "new\nline.ndjson",    "\xF0\x9F\x98\x80.ndjson", "<b>&\"'.ndjson"};

}  // namespace

Result<BatchRecord> Tracker::Claim(const ClaimRequest& request) {
  const auto taken =
      std::find_if(request.files.begin(), request.files.end(), [&](const ObjectRef& ref) {
        const auto file = Get(request.pipeline, ref);
        return !file.ok() || file->state != FileState::kPending;
      });
  auto claimed = MemoryFileTracker::Claim(request);
  if (claimed.ok() && taken != request.files.end()) {
    throw Violation("claimed, but not pending: " + ToString(*taken));
  }
  claims_refused_ += claimed.ok() ? 0 : 1;
  return claimed;
}

template <typename Write>
Result<BatchRecord> Tracker::Judge(const BatchRecord& seen, Write write) {
  const auto stored = GetBatch(seen.pipeline, seen.id);
  const bool late = stored.ok() && stored->fence != seen.fence;
  auto written = write();
  if (late && written.ok()) {
    throw Violation("a write under a lost lease took effect: " + seen.id + ", fence " +
                    std::to_string(seen.fence) + " after " + std::to_string(stored->fence));
  }
  late_writes_ += late ? 1 : 0;
  return written;
}

Result<BatchRecord> Tracker::Begin(const BatchRecord& batch, int64_t now_us) {
  return Judge(batch, [&] { return MemoryFileTracker::Begin(batch, now_us); });
}

Result<BatchRecord> Tracker::RecordOutputs(const BatchRecord& batch,
                                           const std::vector<BatchOutput>& outputs,
                                           int64_t now_us) {
  return Judge(batch, [&] { return MemoryFileTracker::RecordOutputs(batch, outputs, now_us); });
}

Result<BatchRecord> Tracker::Complete(const BatchRecord& batch,
                                      const std::vector<FileOutcome>& outcomes,
                                      uint32_t attempts_max, int64_t retry_us, int64_t now_us) {
  return Judge(batch, [&] {
    return MemoryFileTracker::Complete(batch, outcomes, attempts_max, retry_us, now_us);
  });
}

Result<BatchRecord> Tracker::Fail(const BatchRecord& batch, std::string_view error,
                                  const std::vector<ObjectRef>& missing, uint32_t attempts_max,
                                  int64_t retry_us, int64_t now_us) {
  return Judge(batch, [&] {
    return MemoryFileTracker::Fail(batch, error, missing, attempts_max, retry_us, now_us);
  });
}

void OutputStore::CheckVisible(std::string_view key) {
  if (key.starts_with("_")) return;
  const auto id = BatchOfOutputKey(key);
  if (!id) throw Violation("visible output of no batch: " + std::string(key));
  const auto batch = tracker_.GetBatch(kPipeline, *id);
  if (!batch.ok()) throw Violation("visible output of an unknown batch: " + std::string(key));
  const bool recorded =
      std::any_of(batch->outputs.begin(), batch->outputs.end(),
                  [key](const BatchOutput& output) { return output.final_key == key; });
  if (!recorded) throw Violation("visible before it is recorded: " + std::string(key));
}

Status OutputStore::Move(std::string_view from, std::string_view to) {
  if (Head(from).ok()) CheckVisible(to);
  return MemoryObjectStore::Move(from, to);
}

Result<ObjectInfo> OutputStore::Put(std::string_view key, std::string_view content,
                                    PutCondition condition) {
  CheckVisible(key);
  return MemoryObjectStore::Put(key, content, condition);
}

void InputStore::CheckCommitted(const ObjectRef& ref) {
  const auto head = Head(ref.key);
  if (!head.ok() || head->ref != ref) return;
  const auto file = tracker_.Get(kPipeline, ref);
  if (!file.ok() || file->state != FileState::kCompleted) {
    throw Violation("a source goes before its rows are committed: " + ToString(ref));
  }
}

Status InputStore::DeleteVersion(const ObjectRef& ref) {
  CheckCommitted(ref);
  return MemoryObjectStore::DeleteVersion(ref);
}

Status InputStore::MoveVersion(const ObjectRef& ref, std::string_view to) {
  CheckCommitted(ref);
  return MemoryObjectStore::MoveVersion(ref, to);
}

World::World(const Schedule& run)
    : schedule(run),
      random(run.seed ^ 0xD1B54A32D192ED03u),
      clock(kStartUs),
      input(clock, tracker),
      output(clock, tracker),
      manifests("manifests", clock),
      queue(clock, kReceivesMax) {}

void World::AdvanceTo(int64_t true_us) {
  true_us_ = std::max(true_us_, true_us);
  clock.Set(kStartUs + true_us_ + jumped_us_);
}

void World::JumpClock(int64_t by_us) {
  jumped_us_ += by_us;
  AdvanceTo(true_us_);
}

void World::Produce() {
  const uint64_t what = random.Below(10'000);
  if (!keys_.empty() && what < schedule.removal) {
    const std::string& key = keys_[random.Below(keys_.size())];
    const auto head = input.Head(key);
    if (!head.ok()) return;
    static_cast<void>(input.Delete(key));
    return Announce(*head, true);
  }
  std::string key;
  if (!keys_.empty() && what < schedule.removal + schedule.overwrite) {
    key = keys_[random.Below(keys_.size())];
  } else {
    key = "in/" + std::to_string(keys_.size()) + "/" +
          std::string(kNames[random.Below(std::size(kNames))]);
    keys_.push_back(key);
  }
  std::string content = MakeContent(schedule, random);
  const auto object = input.Put(key, content, PutCondition::kAlways);
  contents_[{key, object->ref.version}] = std::move(content);
  Announce(*object, false);
}

SourceFile World::Truth(const ObjectRef& ref) const {
  return ParseContent(contents_.at({ref.key, ref.version}));
}

std::string World::Body(const ObjectInfo& object, bool removed) {
  std::string body = CreatedEventBody(object);
  if (removed) {
    body.replace(body.find("ObjectCreated:Put"), 17, "ObjectRemoved:Delete");
  }
  if (random.Below(4) != 0) return body;
  std::string wrapped = "{\"Type\":\"Notification\",\"Message\":";
  AppendJsonString(body, &wrapped);
  return wrapped + "}";
}

void World::Post(std::string body) {
  const auto delay_us = static_cast<int64_t>(random.Below(3) == 0 ? random.Below(60) : 0);
  under_way_.emplace(true_us_ + delay_us * kMicrosPerSecond, std::move(body));
}

void World::Announce(const ObjectInfo& object, bool removed) {
  if (random.Below(10'000) >= schedule.lost_event) Post(Body(object, removed));
  while (random.Below(10'000) < schedule.doubled_event) Post(Body(object, removed));
  if (random.Below(20) == 0) {
    Post("{\"Service\":\"Amazon S3\",\"Event\":\"s3:TestEvent\",\"Bucket\":\"landing\"}");
  }
  if (random.Below(20) == 0) {
    Post("{\"what\":\"ever\"}");
    ++garbage_sent;
  }
}

void World::Deliver() {
  while (!under_way_.empty() && under_way_.begin()->first <= true_us_) {
    static_cast<void>(queue.Send({under_way_.begin()->second}));
    under_way_.erase(under_way_.begin());
  }
}

int64_t World::NextEvent() const {
  return under_way_.empty() ? std::numeric_limits<int64_t>::max() : under_way_.begin()->first;
}

}  // namespace varve::sim
