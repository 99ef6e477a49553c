// Files: registering and looking up. Batches are in sqlite_tracker_batches.cc.
#include "adapters/local/sqlite_file_tracker.h"

#include <algorithm>
#include <charconv>

#include "adapters/local/sqlite_file_rows.h"
#include "model/file_rules.h"

namespace varve {
namespace {

using FileList = std::vector<FileRecord>;

// Each filter has its index, named so that no statistics can talk the planner out of it.
#define VARVE_FILES_QUERY(index, condition)                                      \
  "SELECT " VARVE_FILE_COLUMNS " FROM files f INDEXED BY " index                 \
  " WHERE pipeline = ?1 AND " condition                                          \
  " AND key >= ?2 AND (?3 = '' OR key < ?3) AND (key > ?2 OR id > ?4 OR ?4 = 0)" \
  " ORDER BY key, id LIMIT ?5"
constexpr const char* kFiles = VARVE_FILES_QUERY("files_ref", "?6 = -1 AND ?7 = ''");
constexpr const char* kFilesOfState = VARVE_FILES_QUERY("files_state", "state = ?6 AND ?7 = ''");
constexpr const char* kFilesOfBatch =
    VARVE_FILES_QUERY("files_batch", "batch = ?7 AND batch <> '' AND (?6 = -1 OR state = ?6)");
constexpr const char* kFilesQuarantined = VARVE_FILES_QUERY(
    "files_quarantined", "quarantined > 0 AND (?6 = -1 OR state = ?6) AND (?7 = '' OR batch = ?7)");
#undef VARVE_FILES_QUERY

const char* QueryFor(const FileFilter& filter) {
  if (filter.quarantined) return kFilesQuarantined;
  if (!filter.batch.empty()) return kFilesOfBatch;
  return filter.state.has_value() ? kFilesOfState : kFiles;
}

// A page begins after the file whose row `after` names: rows are never removed.
struct Position {
  std::string key;
  int64_t id = 0;
};

Result<Position> PositionAfter(SqliteConnection& connection, std::string_view after) {
  int64_t id = 0;
  std::from_chars(after.data(), after.data() + after.size(), id);
  const auto text = [](const SqliteRow& row) { return row.Text(0); };
  VARVE_ASSIGN_OR_RETURN(auto key, connection.One("SELECT key FROM files WHERE id = ?", text, id));
  if (!key.has_value()) return Error{Code::kInvalidArgument, "that is no page of files"};
  return Position{*std::move(key), id};
}

Status SupersedeOlder(SqliteConnection& connection, std::vector<FileRow>& versions,
                      const FileRecord& newest) {
  for (FileRow& row : versions) {
    const bool itself = row.file.object.ref.version == newest.object.ref.version;
    if (itself || !MayBeSuperseded(row.file.state)) continue;
    row.file.state = FileState::kSuperseded;
    row.file.updated_us = newest.updated_us;
    VARVE_RETURN_IF_ERROR(
        UpdateFile(connection, row, "superseded by " + newest.object.ref.version));
  }
  return Ok{};
}

Result<Registered> RegisterLocked(SqliteConnection& connection, const FileRecord& file,
                                  std::string_view detail) {
  // One look at the few versions of the key answers every question.
  VARVE_ASSIGN_OR_RETURN(std::vector<FileRow> versions, FindVersions(connection, file));
  const auto known = std::find_if(versions.begin(), versions.end(), [&](const FileRow& row) {
    return row.file.object.ref.version == file.object.ref.version;
  });
  const bool is_new = known == versions.end();
  if (!is_new && known->file.state != FileState::kMissing) return Registered::kKnown;
  FileRecord next = is_new ? NewFile(file) : AfterRetry(known->file, file.first_seen_us);
  const bool superseded = std::any_of(versions.begin(), versions.end(), [&](const FileRow& row) {
    return row.file.sequencer > next.sequencer;
  });
  if (superseded) next.state = FileState::kSuperseded;
  VARVE_RETURN_IF_ERROR(is_new ? InsertFile(connection, next, detail)
                               : UpdateFile(connection, {known->id, next}, detail));
  if (superseded) return Registered::kSuperseded;
  VARVE_RETURN_IF_ERROR(SupersedeOlder(connection, versions, next));
  return Registered::kNew;
}

// Changes one file by `check` and `change`.
template <typename Check, typename Change>
Status ChangeFile(SqliteDatabase& database, std::string_view pipeline, const ObjectRef& ref,
                  std::string_view detail, Check check, Change change) {
  return database.Write(Durability::kProcess, [&](SqliteConnection& connection) -> Status {
    VARVE_ASSIGN_OR_RETURN(auto row, FindFile(connection, pipeline, ref));
    if (!row.has_value()) return UnknownFile(ref);
    VARVE_RETURN_IF_ERROR(check(row->file));
    return UpdateFile(connection, {row->id, change(row->file)}, detail);
  });
}

}  // namespace

Result<Registered> SqliteFileTracker::Register(const FileRecord& file, std::string_view detail) {
  // Most events tell of files that are known: that takes no write lock.
  VARVE_ASSIGN_OR_RETURN(const auto known, database_.Read([&](SqliteConnection& connection) {
    return FindFile(connection, file.pipeline, file.object.ref);
  }));
  if (known.has_value() && known->file.state != FileState::kMissing) return Registered::kKnown;
  return database_.Write(Durability::kProcess, [&](SqliteConnection& connection) {
    return RegisterLocked(connection, file, detail);
  });
}

Result<std::vector<bool>> SqliteFileTracker::RegisterFirst(const std::vector<FileRecord>& files,
                                                           std::string_view detail) {
  using All = std::vector<bool>;
  const auto is_new = [](SqliteConnection& connection, const FileRecord& file) -> Result<bool> {
    VARVE_ASSIGN_OR_RETURN(const std::vector<FileRow> versions, FindVersions(connection, file));
    return versions.empty();
  };
  // Events that come again take no write lock.
  VARVE_ASSIGN_OR_RETURN(const bool any, database_.Read([&](SqliteConnection& connection) {
    for (const FileRecord& file : files) {
      auto one = is_new(connection, file);
      if (!one.ok() || *one) return one;
    }
    return Result<bool>(false);
  }));
  if (!any) return All(files.size(), false);
  return database_.Write(Durability::kProcess, [&](SqliteConnection& connection) -> Result<All> {
    All registered;
    for (const FileRecord& file : files) {
      VARVE_ASSIGN_OR_RETURN(const bool first, is_new(connection, file));
      if (first) VARVE_RETURN_IF_ERROR(RegisterLocked(connection, file, detail));
      registered.push_back(first);
    }
    return registered;
  });
}

Result<FileRecord> SqliteFileTracker::Get(std::string_view pipeline, const ObjectRef& ref) {
  return database_.Read([&](SqliteConnection& connection) -> Result<FileRecord> {
    VARVE_ASSIGN_OR_RETURN(auto row, FindFile(connection, pipeline, ref));
    if (!row.has_value()) return UnknownFile(ref);
    return std::move(row->file);
  });
}

Result<FileList> SqliteFileTracker::Versions(std::string_view pipeline, std::string_view key) {
  return database_.Read([&](SqliteConnection& connection) {
    return connection.All("SELECT " VARVE_FILE_COLUMNS
                          " FROM files f WHERE pipeline = ? AND key = ? "
                          "ORDER BY sequencer DESC, id DESC",
                          FileOf, pipeline, key);
  });
}

Result<std::vector<FileEvent>> SqliteFileTracker::History(std::string_view pipeline,
                                                          const ObjectRef& ref) {
  using Events = std::vector<FileEvent>;
  const auto event = [](const SqliteRow& row) {
    return FileEvent{row.Int(0), static_cast<FileState>(row.Int(1)), row.Text(2), row.Text(3)};
  };
  return database_.Read([&](SqliteConnection& connection) -> Result<Events> {
    VARVE_ASSIGN_OR_RETURN(const auto row, FindFile(connection, pipeline, ref));
    if (!row.has_value()) return UnknownFile(ref);
    return connection.All(
        "SELECT at_us, state, batch, detail FROM file_events WHERE file = ? ORDER BY number", event,
        row->id);
  });
}

Result<FilePage> SqliteFileTracker::Files(std::string_view pipeline, const FileFilter& filter,
                                          std::string_view after, int limit) {
  const int wanted = std::max(limit, 1);
  const int64_t state = filter.state.has_value() ? static_cast<int64_t>(*filter.state) : -1;
  return database_.Read([&](SqliteConnection& connection) -> Result<FilePage> {
    Position position{filter.key_prefix, 0};
    if (!after.empty()) {
      VARVE_ASSIGN_OR_RETURN(position, PositionAfter(connection, after));
    }
    VARVE_ASSIGN_OR_RETURN(std::vector<FileRow> rows,
                           connection.All(QueryFor(filter), FileRowOf, pipeline, position.key,
                                          PrefixEnd(filter.key_prefix), position.id,
                                          int64_t{wanted} + 1, state, filter.batch));
    FilePage page;
    if (rows.size() > static_cast<size_t>(wanted)) {
      rows.pop_back();
      page.next = std::to_string(rows.back().id);
    }
    for (FileRow& row : rows) page.files.push_back(std::move(row.file));
    return page;
  });
}

Result<FileList> SqliteFileTracker::Pending(std::string_view pipeline, int64_t now_us, int limit) {
  const int wanted = std::max(limit, 1);
  return database_.Read([&](SqliteConnection& connection) -> Result<FileList> {
    VARVE_ASSIGN_OR_RETURN(
        FileList files,
        connection.All("SELECT " VARVE_FILE_COLUMNS " FROM files f INDEXED BY files_ready "
                       "WHERE pipeline = ? AND state = 0 AND not_before_us = 0 "
                       "ORDER BY first_seen_us, id LIMIT ?",
                       FileOf, pipeline, wanted));
    // Those that waited longest for their turn, of which there may be more than are asked for.
    VARVE_ASSIGN_OR_RETURN(
        FileList due, connection.All("SELECT " VARVE_FILE_COLUMNS
                                     " FROM files f INDEXED BY files_delayed WHERE pipeline = ? "
                                     "AND state = 0 AND not_before_us > 0 AND not_before_us <= ? "
                                     "ORDER BY not_before_us, id LIMIT ?",
                                     FileOf, pipeline, now_us, wanted));
    std::move(due.begin(), due.end(), std::back_inserter(files));
    std::stable_sort(files.begin(), files.end(), [](const FileRecord& a, const FileRecord& b) {
      return a.first_seen_us < b.first_seen_us;
    });
    files.resize(std::min(files.size(), static_cast<size_t>(wanted)));
    return files;
  });
}

Result<TrackerStats> SqliteFileTracker::Stats(std::string_view pipeline) {
  struct Counted {
    StateCount count;
    RowAccounting accounting;
  };
  const auto counted = [](const SqliteRow& row) {
    return Counted{{static_cast<FileState>(row.Int(0)), row.Unsigned(1), row.Unsigned(2)},
                   {row.Unsigned(3), row.Unsigned(4), row.Unsigned(5), row.Unsigned(6)}};
  };
  const auto number = [](const SqliteRow& row) { return row.Int(0); };
  return database_.Read([&](SqliteConnection& connection) -> Result<TrackerStats> {
    VARVE_ASSIGN_OR_RETURN(
        const std::vector<Counted> counts,
        connection.All("SELECT state, files, bytes, lines, rows, quarantined, blank "
                       "FROM file_counts WHERE pipeline = ? AND files > 0 ORDER BY state",
                       counted, pipeline));
    TrackerStats stats;
    for (const Counted& one : counts) {
      stats.states.push_back(one.count);
      if (one.count.state == FileState::kCompleted) stats.totals = one.accounting;
    }
    VARVE_ASSIGN_OR_RETURN(
        const auto ready,
        connection.One("SELECT first_seen_us FROM files INDEXED BY files_ready WHERE pipeline = ? "
                       "AND state = 0 AND not_before_us = 0 ORDER BY first_seen_us LIMIT 1",
                       number, pipeline));
    VARVE_ASSIGN_OR_RETURN(
        const auto delayed,
        connection.One("SELECT first_seen_us FROM files INDEXED BY files_delayed_age "
                       "WHERE pipeline = ? AND state = 0 AND not_before_us > 0 "
                       "ORDER BY first_seen_us LIMIT 1",
                       number, pipeline));
    stats.oldest_pending_us = std::min(ready.value_or(INT64_MAX), delayed.value_or(INT64_MAX));
    if (stats.oldest_pending_us == INT64_MAX) stats.oldest_pending_us = 0;
    return stats;
  });
}

Status SqliteFileTracker::Retry(std::string_view pipeline, const ObjectRef& ref,
                                std::string_view detail, int64_t now_us) {
  return ChangeFile(database_, pipeline, ref, detail, CheckRetry,
                    [&](const FileRecord& file) { return AfterRetry(file, now_us); });
}

Status SqliteFileTracker::MarkMissing(std::string_view pipeline, const ObjectRef& ref,
                                      std::string_view detail, int64_t now_us) {
  return ChangeFile(database_, pipeline, ref, detail, CheckMarkMissing,
                    [&](const FileRecord& file) { return AfterVanishing(file, now_us); });
}

}  // namespace varve
