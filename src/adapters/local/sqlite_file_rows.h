// Files and their events as rows: what SqliteFileTracker's transactions are made of.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "adapters/local/sqlite_connection.h"
#include "model/file_record.h"

namespace varve {

struct FileRow {
  int64_t id = 0;
  FileRecord file;
};

// The columns that FileRowOf reads, in its order; `f` is the table.
#define VARVE_FILE_COLUMNS                                                                 \
  "f.id, f.pipeline, f.key, f.bucket, f.version, f.size_bytes, f.etag, f.modified_us, "    \
  "f.sequencer, f.state, f.batch, f.attempts, f.alone, f.first_seen_us, f.not_before_us, " \
  "f.updated_us, f.lines, f.rows, f.quarantined, f.blank, f.error"

FileRow FileRowOf(const SqliteRow& row);
FileRecord FileOf(const SqliteRow& row);

Error UnknownFile(const ObjectRef& ref);

Result<std::optional<FileRow>> FindFile(SqliteConnection& connection, std::string_view pipeline,
                                        const ObjectRef& ref);
// All versions of the file's key in its bucket.
Result<std::vector<FileRow>> FindVersions(SqliteConnection& connection, const FileRecord& file);
Result<bool> NewerKnown(SqliteConnection& connection, const FileRecord& file);

// Inserts, with its first event.
Status InsertFile(SqliteConnection& connection, const FileRecord& file, std::string_view detail);
// Writes all that may change, with an event of the new state.
Status UpdateFile(SqliteConnection& connection, const FileRow& row, std::string_view detail);

// The bounds of the texts that begin with `prefix` are it and this, the next one that does not;
// empty: there is none.
std::string PrefixEnd(std::string_view prefix);

}  // namespace varve
