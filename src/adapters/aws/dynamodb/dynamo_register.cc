// Registering: versions of keys that come, and what becomes of those that are there.
#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "adapters/aws/dynamodb/dynamo_file_tracker.h"
#include "adapters/aws/dynamodb/file_store.h"
#include "model/file_rules.h"

namespace varve::aws {
namespace {

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

Result<Registered> DynamoFileTracker::Register(const FileRecord& file, std::string_view detail) {
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

// Each key's head says whether there are versions: one look at all heads, and one transaction.
Result<std::vector<bool>> DynamoFileTracker::RegisterFirst(const std::vector<FileRecord>& files,
                                                           std::string_view detail) {
  std::vector<bool> registered;
  while (registered.size() < files.size()) {
    const size_t begin = registered.size();
    const std::string& pipeline = files[begin].pipeline;
    std::vector<Key> heads;
    for (size_t i = begin; i < files.size() && heads.size() < kTogether; ++i) {
      if (files[i].pipeline != pipeline) break;
      heads.push_back(HeadOf(files[i]));
    }
    VARVE_ASSIGN_OR_RETURN(const auto known, table_.GetAll(heads));
    Changes changes(table_, pipeline);
    std::set<Key> added;
    for (size_t i = 0; i < heads.size(); ++i) {
      const bool is_new = !known.contains(heads[i]) && added.insert(heads[i]).second;
      if (is_new) changes.AddFile(NewEntry(NewFile(files[begin + i]), detail, 1, false), 0);
      registered.push_back(is_new);
    }
    if (changes.empty()) continue;
    VARVE_ASSIGN_OR_RETURN(const Written written, changes.Commit());
    if (written == Written::kDone) continue;
    std::fill(registered.begin() + static_cast<std::ptrdiff_t>(begin), registered.end(), false);
  }
  return registered;
}

}  // namespace varve::aws
