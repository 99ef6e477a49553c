// Registering: versions of keys that come, and what becomes of those that are there.
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "adapters/aws/dynamodb/dynamo_file_tracker.h"
#include "adapters/aws/dynamodb/file_store.h"
#include "model/file_rules.h"

namespace varve::aws {
namespace {

using nlohmann::json;

constexpr size_t kTogether = 45;  // two items each, and the counts, in a transaction

Key HeadOf(const FileRecord& file) {
  return HeadKey(file.pipeline, file.object.ref.bucket, file.object.ref.key);
}

FileEntry NewEntry(FileRecord file, std::string_view detail, uint64_t number, bool newer_known) {
  FileEntry entry;
  entry.number = number;
  entry.newer_known = newer_known;
  return Changed(std::move(entry), std::move(file), detail);
}

// What came with files in one call, of one pipeline.
class Arrival {
 public:
  Arrival(DynamoTable& table, const std::string& pipeline) : changes_(table, pipeline) {}

  // kKnown, or kNew when Commit is to add it; none when the key has to be looked at alone.
  Result<std::optional<Registered>> Take(const FileRecord& file, std::string_view detail,
                                         const std::map<Key, json>& items) {
    const Key head = HeadOf(file);
    const auto known = items.find(FileKey(file.pipeline, file.object.ref));
    if (known != items.end()) {
      VARVE_ASSIGN_OR_RETURN(const FileEntry entry, ParseFileItem(known->second));
      if (entry.file.state != FileState::kMissing) return std::optional(Registered::kKnown);
      return std::optional<Registered>();
    }
    if (items.contains(head) || !heads_.insert(head).second) return std::optional<Registered>();
    changes_.AddFile(NewEntry(NewFile(file), detail, 1, false), 0);
    return std::optional(Registered::kNew);
  }

  // False: somebody else registered one of them.
  Result<bool> Commit() {
    if (changes_.empty()) return true;
    VARVE_ASSIGN_OR_RETURN(const Written written, changes_.Commit());
    return written == Written::kDone;
  }

 private:
  Changes changes_;
  std::set<Key> heads_;
};

// A newer version takes the place of those that wait, and is remembered by all that are older,
// which may fail yet.
void SupersedeOlder(const FileRecord& newest, const std::vector<FileEntry>& versions,
                    Changes* changes) {
  for (const FileEntry& other : versions) {
    const ObjectRef& ref = other.file.object.ref;
    if (ref == newest.object.ref || ref.bucket != newest.object.ref.bucket) continue;
    const bool older = other.file.sequencer < newest.sequencer;
    if (MayBeSuperseded(other.file.state)) {
      FileEntry before = other;
      before.newer_known = other.newer_known || older;
      FileRecord next = other.file;
      next.state = FileState::kSuperseded;
      next.updated_us = newest.updated_us;
      changes->ChangeFile(before, std::move(next), "superseded by " + newest.object.ref.version);
    } else if (older && !other.newer_known) {
      changes->MarkNewerKnown(other);
    }
  }
}

}  // namespace

Result<Registered> DynamoFileTracker::RegisterOne(const FileRecord& file, std::string_view detail) {
  const ObjectRef& ref = file.object.ref;
  Registered registered = Registered::kKnown;
  VARVE_RETURN_IF_ERROR(Repeat([&]() -> Result<Tried> {
    VARVE_ASSIGN_OR_RETURN(const KeyVersions stored, ReadVersions(table_, file.pipeline, ref.key));
    const auto& versions = stored.versions;
    const auto known = std::find_if(versions.begin(), versions.end(), [&](const FileEntry& entry) {
      return entry.file.object.ref == ref;
    });
    const bool is_new = known == versions.end();
    registered = Registered::kKnown;
    if (!is_new && known->file.state != FileState::kMissing) return Tried::kDone;

    FileRecord next = is_new ? NewFile(file) : AfterRetry(known->file, file.first_seen_us);
    const bool newer_known =
        std::any_of(versions.begin(), versions.end(), [&](const FileEntry& other) {
          return other.file.object.ref.bucket == ref.bucket &&
                 other.file.sequencer > next.sequencer;
        });
    if (newer_known) next.state = FileState::kSuperseded;
    const auto head = stored.heads.find(HeadOf(file).sk);
    const uint64_t came = head == stored.heads.end() ? 0 : head->second;
    Changes changes(table_, file.pipeline);
    if (is_new) {
      changes.AddFile(NewEntry(next, detail, came + 1, newer_known), came);
    } else {
      changes.ChangeFile(*known, next, detail);
      changes.TouchHead(next, came);
    }
    if (!newer_known) SupersedeOlder(next, versions, &changes);
    registered = newer_known ? Registered::kSuperseded : Registered::kNew;
    return TriedOf(changes.Commit());
  }));
  return registered;
}

Result<Registered> DynamoFileTracker::Register(const FileRecord& file, std::string_view detail) {
  VARVE_ASSIGN_OR_RETURN(const auto registered, RegisterAll({file}, detail));
  return registered.front();
}

Result<std::vector<Registered>> DynamoFileTracker::RegisterAll(const std::vector<FileRecord>& files,
                                                               std::string_view detail) {
  std::vector<Registered> registered;
  while (registered.size() < files.size()) {
    const size_t begin = registered.size();
    size_t end = begin;
    std::vector<Key> keys;
    while (end < files.size() && end < begin + kTogether &&
           files[end].pipeline == files[begin].pipeline) {
      keys.push_back(FileKey(files[end].pipeline, files[end].object.ref));
      keys.push_back(HeadOf(files[end++]));
    }
    VARVE_ASSIGN_OR_RETURN(const auto items, table_.GetAll(keys));
    Arrival arrival(table_, files[begin].pipeline);
    std::vector<std::optional<Registered>> taken;
    for (size_t i = begin; i < end; ++i) {
      VARVE_ASSIGN_OR_RETURN(const auto one, arrival.Take(files[i], detail, items));
      taken.push_back(one);
    }
    VARVE_ASSIGN_OR_RETURN(const bool added, arrival.Commit());
    for (size_t i = begin; i < end; ++i) {
      auto one = taken[i - begin];
      if (!added && one == Registered::kNew) one.reset();
      if (!one) {
        VARVE_ASSIGN_OR_RETURN(one, RegisterOne(files[i], detail));
      }
      registered.push_back(*one);
    }
  }
  return registered;
}

}  // namespace varve::aws
