#include "pipeline/ingest.h"

#include <algorithm>
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
  Files found;
  std::vector<Message> handled;
  std::vector<Message> left;
  for (const Message& message : messages) {
    const auto done = Handle(message, now_us, found);
    if (done.ok()) {
      handled.push_back(message);
    } else if (done.error().code != Code::kInvalidArgument || !Bury(message, done.error())) {
      Leave({message}, done.error());
      left.push_back(message);
    }
  }
  // Only what is registered is done.
  if (const Status registered = Register(found, kEvent); !registered.ok()) {
    Leave(handled, registered.error());
    left.insert(left.end(), handled.begin(), handled.end());
    handled.clear();
  }
  TakenMessages taken;
  for (const Message& message : handled) taken.done.push_back(message.receipt);
  for (const Message& message : left) taken.left.push_back(message.id);
  return taken;
}

bool Ingest::Bury(const Message& message, const Error& error) {
  deps_.log.Write(LogLevel::kWarning, "message_buried",
                  {{"pipeline", config_.name}, {"reason", error.message}});
  return deps_.queue.Bury(message.receipt, error.message).ok();
}

void Ingest::Leave(const std::vector<Message>& messages, const Error& error) {
  for (const Message& message : messages) {
    CountFailure(deps_.metrics, config_.name, "ingest", 1);
    deps_.log.Write(LogLevel::kWarning, "message_left",
                    {{"pipeline", config_.name},
                     {"receives", message.receive_count},
                     {"error", error.message}});
  }
}

Status Ingest::Handle(const Message& message, int64_t now_us, Files& found) {
  VARVE_ASSIGN_OR_RETURN(const std::vector<ObjectEvent> events, ParseEvents(message.body));
  for (const ObjectEvent& event : events) {
    if (event.bucket != deps_.input.bucket() || !IsInput(config_, event.key)) {
      deps_.log.Write(LogLevel::kDebug, "event_ignored",
                      {{"pipeline", config_.name}, {"bucket", event.bucket}, {"key", event.key}});
      continue;
    }
    // What tracking knows of a key must be all there is before the next look at it.
    const bool twice = std::any_of(found.begin(), found.end(), [&](const FileRecord& file) {
      return file.object.ref.key == event.key;
    });
    if (twice) VARVE_RETURN_IF_ERROR(Register(found, kEvent));
    const std::string& version = event.version.empty() ? event.etag : event.version;
    VARVE_RETURN_IF_ERROR(Find(event.key, version, event.sequencer, kEvent, now_us, found));
  }
  return Ok{};
}

Status Ingest::Look(std::string_view key, std::string_view event_version,
                    std::string_view event_sequencer, std::string_view detail, int64_t now_us) {
  Files found;
  VARVE_RETURN_IF_ERROR(Find(key, event_version, event_sequencer, detail, now_us, found));
  return Register(found, detail);
}

Status Ingest::Find(std::string_view key, std::string_view event_version,
                    std::string_view event_sequencer, std::string_view detail, int64_t now_us,
                    Files& found) {
  auto head = deps_.input.Head(key);
  if (!head.ok()) {
    if (head.error().code != Code::kNotFound) return std::move(head).error();
    return Vanished(key, detail, now_us);
  }
  // The sequencer of an event about another version says nothing about this one.
  const bool same = event_version == head->ref.version || event_version == head->etag;
  return Track(*head, SequencerOf(head->modified_us, same ? event_sequencer : ""), now_us, found);
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

Status Ingest::Track(const ObjectInfo& object, std::string sequencer, int64_t now_us,
                     Files& found) {
  VARVE_ASSIGN_OR_RETURN(const auto versions, deps_.tracker.Versions(config_.name, object.ref.key));
  const auto known = std::find_if(versions.begin(), versions.end(), [&](const FileRecord& file) {
    return file.object.ref == object.ref;
  });
  if (known != versions.end()) return Revive(*known, now_us);
  FileRecord file;
  file.pipeline = config_.name;
  file.object = object;
  file.first_seen_us = now_us;
  VARVE_ASSIGN_OR_RETURN(file.sequencer, Newest(object, std::move(sequencer), versions));
  found.push_back(std::move(file));
  return Ok{};
}

Status Ingest::Register(Files& found, std::string_view detail) {
  VARVE_ASSIGN_OR_RETURN(const auto registered, deps_.tracker.RegisterAll(found, detail));
  for (size_t i = 0; i < registered.size(); ++i) {
    if (registered[i] != Registered::kNew) continue;
    const ObjectInfo& object = found[i].object;
    deps_.log.Write(LogLevel::kInfo, "file_pending",
                    {{"pipeline", config_.name},
                     {"key", object.ref.key},
                     {"version", object.ref.version},
                     {"size_bytes", object.size_bytes}});
  }
  found.clear();
  return Ok{};
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
