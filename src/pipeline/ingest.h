// Ingest: from messages to pending files. At-least-once in, exactly one record per version out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "pipeline/config.h"
#include "pipeline/deps.h"

namespace varve {

// Whether the allow-list has `key`: prefix and suffix, and no name that is hidden or unfinished.
bool IsInput(const PipelineConfig& config, std::string_view key);

struct TakenMessages {
  std::vector<std::string> done;    // receipts of those that have been dealt with: to be deleted
  std::vector<std::string> left;    // ids of those that must come again
  std::vector<FileRecord> pending;  // files that are pending now and were not known before
};

class Ingest {
 public:
  Ingest(const PipelineConfig& config, Deps& deps) : config_(config), deps_(deps) {}

  // Receives once and deals with each message: what it tells of registered, then deleted; buried
  // when it is no event; left in the queue, to come again, when the store or tracker is out of
  // order. Gives the number of messages received.
  Result<int> Poll(int64_t now_us);

  // Deals with messages that somebody else received, and leaves deleting them to him. One that is
  // no event is buried, and then in neither list.
  TakenMessages Take(const std::vector<Message>& messages, int64_t now_us);

  // Makes tracking agree with the store about `key`, however the news came. Idempotent. The version
  // that HEAD gives is the newest; whatever was pending of a key that is gone is missing.
  // kInvalidArgument: a key the store refuses.
  Status Look(std::string_view key, std::string_view event_version,
              std::string_view event_sequencer, std::string_view detail, int64_t now_us);

 private:
  // What the store has of the keys that were asked for, and what became of it.
  struct Findings {
    std::vector<FileRecord> files;   // to be registered
    std::vector<size_t> messages;    // of each of them, the number of its message
    std::map<size_t, Error> failed;  // messages that are not done
    std::vector<FileRecord> pending;
  };

  // What is to be registered is put into `found`; everything else is done at once.
  Status Handle(const Message& message, size_t number, int64_t now_us, Findings& found);
  Status Find(std::string_view key, std::string_view event_version,
              std::string_view event_sequencer, std::string_view detail, int64_t now_us,
              Findings& found);
  // Registers them all and empties `found.files`.
  void Register(Findings& found, std::string_view detail);
  Result<bool> RegisterNext(FileRecord& file, std::string_view detail);
  bool Bury(const Message& message, const Error& error);
  void Leave(const Message& message, const Error& error);
  Result<std::string> Newest(const ObjectInfo& object, std::string sequencer,
                             const std::vector<FileRecord>& versions);
  Status Revive(const FileRecord& known, int64_t now_us);
  Status Vanished(std::string_view key, std::string_view detail, int64_t now_us);

  const PipelineConfig& config_;
  Deps& deps_;
};

}  // namespace varve
