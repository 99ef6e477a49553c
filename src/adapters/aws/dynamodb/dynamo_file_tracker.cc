// Files: looking up, listing, and people's changes.
#include "adapters/aws/dynamodb/dynamo_file_tracker.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <tuple>
#include <utility>

#include "adapters/aws/dynamodb/file_store.h"
#include "adapters/aws/dynamodb/item.h"
#include "adapters/aws/dynamodb/page_walk.h"
#include "adapters/aws/dynamodb/table.h"
#include "model/file_rules.h"

namespace varve::aws {
namespace {

using nlohmann::json;
using FileList = std::vector<FileRecord>;

constexpr int kTriesMax = 20;

constexpr std::array kFileStates = {
    FileState::kPending, FileState::kClaimed, FileState::kProcessing, FileState::kCompleted,
    FileState::kFailed,  FileState::kMissing, FileState::kSuperseded};

bool Matches(const FileRecord& file, const FileFilter& filter) {
  return (!filter.state || file.state == *filter.state) &&
         file.object.ref.key.starts_with(filter.key_prefix) &&
         (filter.batch.empty() || file.batch == filter.batch) &&
         (!filter.quarantined || file.accounting.quarantined > 0);
}

Result<FileList> ParseFiles(const std::vector<json>& items) {
  FileList files;
  for (const json& item : items) {
    VARVE_ASSIGN_OR_RETURN(FileEntry entry, ParseFileItem(item));
    files.push_back(std::move(entry.file));
  }
  return files;
}

ItemQuery IndexQuery(const char* index, std::string pk, std::string sk_prefix) {
  ItemQuery query;
  query.index = index;
  query.pk = std::move(pk);
  query.sk_prefix = std::move(sk_prefix);
  return query;
}

// The parts of the indexes in which the files are that `filter` wants.
std::vector<ItemQuery> QueriesFor(std::string_view pipeline, const FileFilter& filter) {
  std::vector<ItemQuery> queries;
  for (uint32_t shard = 0; shard < kFileShards; ++shard) {
    if (filter.quarantined) {
      queries.push_back(IndexQuery(kDueIndex, QuarantinedPartition(pipeline, shard),
                                   FileSortPrefix(filter.key_prefix)));
      continue;
    }
    const std::string partition = FilesPartition(pipeline, shard);
    if (!filter.state && filter.key_prefix.empty()) {
      queries.push_back(IndexQuery(kListingIndex, partition, ""));
      continue;
    }
    for (const FileState state : kFileStates) {
      if (filter.state && *filter.state != state) continue;
      queries.push_back(
          IndexQuery(kListingIndex, partition, FileSortPrefix(state, filter.key_prefix)));
    }
  }
  return queries;
}

// What the sort keys do not say: they are cut, and of quarantined files they lack the state.
bool IsWanted(const json& item, const FileFilter& filter) {
  ItemReader reader(item);
  return reader.Text("object_key").starts_with(filter.key_prefix) &&
         (!filter.state || reader.Text("state") == FileStateName(*filter.state));
}

}  // namespace

Status DynamoFileTracker::Repeat(const std::function<Result<Tried>()>& attempt) {
  for (int i = 0; i < kTriesMax; ++i) {
    VARVE_ASSIGN_OR_RETURN(const Tried tried, attempt());
    if (tried == Tried::kDone) return Ok{};
    table_.Wait(i);
  }
  return Error{Code::kThrottled, "others change the same items all the time"};
}

Result<DynamoFileTracker::Tried> DynamoFileTracker::TriedOf(Result<Written> written) {
  if (!written.ok()) return std::move(written).error();
  return *written == Written::kDone ? Tried::kDone : Tried::kAgain;
}

Result<FileRecord> DynamoFileTracker::Get(std::string_view pipeline, const ObjectRef& ref) {
  VARVE_ASSIGN_OR_RETURN(FileEntry entry, ReadFile(table_, pipeline, ref));
  return std::move(entry.file);
}

Result<FileList> DynamoFileTracker::Versions(std::string_view pipeline, std::string_view key) {
  VARVE_ASSIGN_OR_RETURN(KeyVersions stored, ReadVersions(table_, pipeline, key));
  std::vector<FileEntry>& versions = stored.versions;
  std::sort(versions.begin(), versions.end(), [](const FileEntry& a, const FileEntry& b) {
    return std::tie(a.file.sequencer, a.number) > std::tie(b.file.sequencer, b.number);
  });
  FileList files;
  for (FileEntry& entry : versions) files.push_back(std::move(entry.file));
  return files;
}

Result<std::vector<FileEvent>> DynamoFileTracker::History(std::string_view pipeline,
                                                          const ObjectRef& ref) {
  VARVE_ASSIGN_OR_RETURN(FileEntry entry, ReadFile(table_, pipeline, ref));
  return std::move(entry.history);
}

// A batch says which files were in it; those that are still are what is asked for.
Result<FilePage> DynamoFileTracker::FilesOfBatch(std::string_view pipeline,
                                                 const FileFilter& filter, std::string_view after,
                                                 int limit) {
  size_t number = 0;
  const auto [end, error] = std::from_chars(after.data(), after.data() + after.size(), number);
  if (!after.empty() && (error != std::errc() || end != after.data() + after.size())) {
    return Error{Code::kInvalidArgument, "that is no page of this list"};
  }
  const auto batch = GetBatch(pipeline, filter.batch);
  if (!batch.ok() && batch.error().code == Code::kNotFound) return FilePage{};
  if (!batch.ok()) return batch.error();
  VARVE_ASSIGN_OR_RETURN(auto entries, ReadFiles(table_, pipeline, batch->files));
  FilePage page;
  for (size_t i = number; i < batch->files.size(); ++i) {
    const auto found = entries.find(batch->files[i]);
    if (found == entries.end() || !Matches(found->second.file, filter)) continue;
    if (page.files.size() == static_cast<size_t>(std::max(limit, 1))) {
      page.next = std::to_string(number);
      break;
    }
    page.files.push_back(std::move(found->second.file));
    number = i + 1;
  }
  return page;
}

Result<FilePage> DynamoFileTracker::Files(std::string_view pipeline, const FileFilter& filter,
                                          std::string_view after, int limit) {
  if (!filter.batch.empty()) return FilesOfBatch(pipeline, filter, after, limit);
  std::function<bool(const json&)> wanted;
  if (filter.quarantined || !filter.key_prefix.empty()) {
    wanted = [&filter](const json& item) { return IsWanted(item, filter); };
  }
  VARVE_ASSIGN_OR_RETURN(ItemPage found,
                         WalkPage(table_, QueriesFor(pipeline, filter), after, limit, wanted));
  FilePage page;
  VARVE_ASSIGN_OR_RETURN(page.files, ParseFiles(found.items));
  page.next = std::move(found.next);
  return page;
}

// Each shard's oldest, of which the oldest are among, and those whose time has come after a
// failure.
Result<FileList> DynamoFileTracker::Pending(std::string_view pipeline, int64_t now_us, int limit) {
  const int wanted = std::max(limit, 1);
  std::vector<ItemQuery> queries;
  for (uint32_t shard = 0; shard < kFileShards; ++shard) {
    queries.push_back(IndexQuery(kDueIndex, PendingPartition(pipeline, shard), ""));
  }
  queries.push_back(IndexQuery(kDueIndex, DelayedPartition(pipeline), ""));
  queries.back().sk_max = Padded(now_us);
  FileList pending;
  for (ItemQuery& query : queries) {
    query.limit = wanted;
    VARVE_ASSIGN_OR_RETURN(const std::vector<json> items, table_.QueryAll(query));
    VARVE_ASSIGN_OR_RETURN(FileList files, ParseFiles(items));
    std::move(files.begin(), files.end(), std::back_inserter(pending));
  }
  std::stable_sort(pending.begin(), pending.end(), [](const FileRecord& a, const FileRecord& b) {
    return a.first_seen_us < b.first_seen_us;
  });
  pending.resize(std::min(pending.size(), static_cast<size_t>(wanted)));
  return pending;
}

Result<TrackerStats> DynamoFileTracker::Stats(std::string_view pipeline) {
  std::vector<Key> shards;
  for (uint32_t shard = 0; shard < kCounterShards; ++shard) {
    shards.push_back(CounterKey(pipeline, shard));
  }
  VARVE_ASSIGN_OR_RETURN(const auto items, table_.GetAll(shards));
  TrackerStats stats;
  for (const FileState state : kFileStates) stats.states.push_back({state, 0, 0});
  for (const auto& [key, item] : items) {
    VARVE_RETURN_IF_ERROR(AddCounts(item, &stats.states, &stats.totals));
  }
  std::erase_if(stats.states, [](const StateCount& count) { return count.files == 0; });

  std::vector<ItemQuery> oldest;
  for (uint32_t shard = 0; shard < kFileShards; ++shard) {
    oldest.push_back(IndexQuery(kDueIndex, PendingPartition(pipeline, shard), ""));
    oldest.back().limit = 1;
  }
  // All of these: they are ordered by when they are due, and only as many as failed lately.
  oldest.push_back(IndexQuery(kDueIndex, DelayedPartition(pipeline), ""));
  for (const ItemQuery& query : oldest) {
    VARVE_ASSIGN_OR_RETURN(const std::vector<json> found, table_.QueryAll(query));
    for (const json& item : found) {
      const int64_t seen_us = ItemReader(item).Int("first_seen_us");
      if (stats.oldest_pending_us == 0 || seen_us < stats.oldest_pending_us) {
        stats.oldest_pending_us = seen_us;
      }
    }
  }
  return stats;
}

Status DynamoFileTracker::ChangeFile(std::string_view pipeline, const ObjectRef& ref,
                                     std::string_view detail,
                                     const std::function<Status(const FileRecord&)>& check,
                                     const std::function<FileRecord(const FileRecord&)>& change) {
  return Repeat([&]() -> Result<Tried> {
    VARVE_ASSIGN_OR_RETURN(const FileEntry entry, ReadFile(table_, pipeline, ref));
    VARVE_RETURN_IF_ERROR(check(entry.file));
    Changes changes(table_, pipeline);
    changes.ChangeFile(entry, change(entry.file), detail);
    return TriedOf(changes.Commit());
  });
}

Status DynamoFileTracker::Retry(std::string_view pipeline, const ObjectRef& ref,
                                std::string_view detail, int64_t now_us) {
  return ChangeFile(pipeline, ref, detail, CheckRetry,
                    [&](const FileRecord& file) { return AfterRetry(file, now_us); });
}

Status DynamoFileTracker::MarkMissing(std::string_view pipeline, const ObjectRef& ref,
                                      std::string_view detail, int64_t now_us) {
  return ChangeFile(pipeline, ref, detail, CheckMarkMissing,
                    [&](const FileRecord& file) { return AfterVanishing(file, now_us); });
}

}  // namespace varve::aws
