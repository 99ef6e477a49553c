#include "pipeline/ingest.h"

#include <algorithm>
#include <set>
#include <utility>

#include "pipeline/event.h"
#include "pipeline/metric_catalog.h"

namespace varve {
namespace {

constexpr int kReceiveMax = 10;
constexpr std::string_view kEvent = "event";  // how the file was found

bool IsUnfinishedName(std::string_view key) {
  const std::string_view name = key.substr(key.rfind('/') + 1);  // npos + 1 == 0
  if (name.empty() || name[0] == '.' || name[0] == '_') return true;
  return name.ends_with(".tmp") || name.ends_with(".part") || name.ends_with(".crdownload");
}

}  // namespace

bool IsInput(const PipelineConfig& config, std::string_view key) {
  if (!key.starts_with(config.input_prefix) || IsUnfinishedName(key)) return false;
  const auto& suffixes = config.input_suffixes;
  return suffixes.empty() || std::any_of(suffixes.begin(), suffixes.end(),
                                         [key](const auto& end) { return key.ends_with(end); });
}

Result<int> Ingest::Poll(int64_t now_us) {
  VARVE_ASSIGN_OR_RETURN(const std::vector<Message> messages,
                         deps_.queue.Receive(kReceiveMax, config_.visibility_us));
  const TakenMessages taken = Take(messages, now_us);
  // A message that could not be deleted comes again and changes nothing.
  static_cast<void>(deps_.queue.DeleteAll(taken.done));
  return static_cast<int>(messages.size());
}

TakenMessages Ingest::Take(const std::vector<Message>& messages, int64_t now_us) {
  Findings found;
  std::set<size_t> buried;
  for (size_t i = 0; i < messages.size(); ++i) {
    const auto done = Handle(messages[i], i, now_us, found);
    if (done.ok()) continue;
    const bool is_refused = done.error().code == Code::kInvalidArgument;
    if (is_refused && Bury(messages[i], done.error())) {
      buried.insert(i);
    } else {
      found.failed.insert_or_assign(i, done.error());
    }
  }
  Register(found, kEvent);  // only what is registered is done
  TakenMessages taken;
  for (size_t i = 0; i < messages.size(); ++i) {
    if (buried.contains(i)) continue;
    const auto failed = found.failed.find(i);
    if (failed == found.failed.end()) {
      taken.done.push_back(messages[i].receipt);
      continue;
    }
    Leave(messages[i], failed->second);
    taken.left.push_back(messages[i].id);
  }
  taken.pending = std::move(found.pending);
  return taken;
}

bool Ingest::Bury(const Message& message, const Error& error) {
  deps_.log.Write(LogLevel::kWarning, "message_buried",
                  {{"pipeline", config_.name}, {"reason", error.message}});
  return deps_.queue.Bury(message.receipt, error.message).ok();
}

void Ingest::Leave(const Message& message, const Error& error) {
  CountFailure(deps_.metrics, config_.name, "ingest", 1);
  deps_.log.Write(
      LogLevel::kWarning, "message_left",
      {{"pipeline", config_.name}, {"receives", message.receive_count}, {"error", error.message}});
}

Status Ingest::Handle(const Message& message, size_t number, int64_t now_us, Findings& found) {
  VARVE_ASSIGN_OR_RETURN(const std::vector<ObjectEvent> events, ParseEvents(message.body));
  for (const ObjectEvent& event : events) {
    if (event.bucket != deps_.input.bucket() || !IsInput(config_, event.key)) {
      deps_.log.Write(LogLevel::kDebug, "event_ignored",
                      {{"pipeline", config_.name}, {"bucket", event.bucket}, {"key", event.key}});
      continue;
    }
    // What tracking knows of a key must be all there is before the next look at it.
    const bool twice =
        std::any_of(found.files.begin(), found.files.end(),
                    [&](const FileRecord& file) { return file.object.ref.key == event.key; });
    if (twice) Register(found, kEvent);
    const std::string& version = event.version.empty() ? event.etag : event.version;
    VARVE_RETURN_IF_ERROR(Find(event.key, version, event.sequencer, kEvent, now_us, found));
    found.messages.resize(found.files.size(), number);
  }
  return Ok{};
}

Status Ingest::Look(std::string_view key, std::string_view event_version,
                    std::string_view event_sequencer, std::string_view detail, int64_t now_us) {
  Findings found;
  VARVE_RETURN_IF_ERROR(Find(key, event_version, event_sequencer, detail, now_us, found));
  found.messages.resize(found.files.size(), 0);
  Register(found, detail);
  if (!found.failed.empty()) return found.failed.begin()->second;
  return Ok{};
}

Status Ingest::Find(std::string_view key, std::string_view event_version,
                    std::string_view event_sequencer, std::string_view detail, int64_t now_us,
                    Findings& found) {
  auto head = deps_.input.Head(key);
  if (!head.ok()) {
    if (head.error().code != Code::kNotFound) return std::move(head).error();
    return Vanished(key, detail, now_us);
  }
  // The sequencer of an event about another version says nothing about this one.
  const bool same = event_version == head->ref.version || event_version == head->etag;
  FileRecord file;
  file.pipeline = config_.name;
  file.sequencer = SequencerOf(head->modified_us, same ? event_sequencer : "");
  file.object = std::move(head).value();
  file.first_seen_us = now_us;
  found.files.push_back(std::move(file));
  return Ok{};
}

// Sequencers follow clocks and may be wrong (a clock set back, an mtime set by hand). What the
// store has now is the newest whatever they say.
Result<std::string> Ingest::Newest(const ObjectInfo& object, std::string sequencer,
                                   const std::vector<FileRecord>& versions) {
  if (versions.empty() || sequencer > versions.front().sequencer) return sequencer;
  // A newer one may have come since the first look, and be tracked already.
  auto head = deps_.input.Head(object.ref.key);
  if (head.ok() && head->ref == object.ref) return versions.front().sequencer + "+";
  if (!head.ok() && head.error().code != Code::kNotFound) return std::move(head).error();
  return Error{Code::kThrottled, ToString(object.ref) + " changes in this moment"};
}

// Of most keys nothing is known yet, and then their versions need no look.
void Ingest::Register(Findings& found, std::string_view detail) {
  const auto first = deps_.tracker.RegisterFirst(found.files, detail);
  for (size_t i = 0; i < found.files.size(); ++i) {
    FileRecord& file = found.files[i];
    Result<bool> is_pending = !first.ok()   ? Result<bool>(first.error())
                              : (*first)[i] ? Result<bool>(true)
                                            : RegisterNext(file, detail);
    if (!is_pending.ok()) found.failed.try_emplace(found.messages[i], is_pending.error());
    if (!is_pending.ok() || !*is_pending) continue;
    const ObjectInfo& object = file.object;
    deps_.log.Write(LogLevel::kInfo, "file_pending",
                    {{"pipeline", config_.name},
                     {"key", object.ref.key},
                     {"version", object.ref.version},
                     {"size_bytes", object.size_bytes}});
    found.pending.push_back(std::move(file));
  }
  found.files.clear();
  found.messages.clear();
}

// Of a key that may have versions; whether this one is pending now, and was not before.
Result<bool> Ingest::RegisterNext(FileRecord& file, std::string_view detail) {
  const ObjectRef& ref = file.object.ref;
  VARVE_ASSIGN_OR_RETURN(const auto versions, deps_.tracker.Versions(config_.name, ref.key));
  const auto known = std::find_if(versions.begin(), versions.end(),
                                  [&](const FileRecord& other) { return other.object.ref == ref; });
  if (known != versions.end()) {
    VARVE_RETURN_IF_ERROR(Revive(*known, file.first_seen_us));
    return false;
  }
  VARVE_ASSIGN_OR_RETURN(file.sequencer, Newest(file.object, std::move(file.sequencer), versions));
  VARVE_ASSIGN_OR_RETURN(const Registered registered, deps_.tracker.Register(file, detail));
  return registered == Registered::kNew;
}

// A version that was taken for gone or replaced, and is there.
Status Ingest::Revive(const FileRecord& known, int64_t now_us) {
  if (known.state != FileState::kMissing && known.state != FileState::kSuperseded) return Ok{};
  auto revived = deps_.tracker.Retry(config_.name, known.object.ref, "it is there", now_us);
  if (!revived.ok() && revived.error().code != Code::kConflict) return revived;
  return Ok{};
}

Status Ingest::Vanished(std::string_view key, std::string_view detail, int64_t now_us) {
  VARVE_ASSIGN_OR_RETURN(const auto versions, deps_.tracker.Versions(config_.name, key));
  for (const FileRecord& file : versions) {
    if (file.state != FileState::kPending && file.state != FileState::kFailed) continue;
    auto marked = deps_.tracker.MarkMissing(config_.name, file.object.ref, detail, now_us);
    if (!marked.ok() && marked.error().code != Code::kConflict) return marked;
    deps_.log.Write(
        LogLevel::kWarning, "file_missing",
        {{"pipeline", config_.name}, {"key", key}, {"version", file.object.ref.version}});
  }
  return Ok{};
}

}  // namespace varve
