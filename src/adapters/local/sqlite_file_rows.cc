#include "adapters/local/sqlite_file_rows.h"

namespace varve {
namespace {

// The number is one more than the file's last: events are read in the order they were written.
constexpr const char* kInsertEvent =
    "INSERT INTO file_events SELECT ?1, coalesce(max(number), 0) + 1, ?2, ?3, ?4, ?5 "
    "FROM file_events WHERE file = ?1";

Status InsertEvent(SqliteConnection& connection, int64_t id, const FileRecord& file,
                   std::string_view detail) {
  return connection.Run(kInsertEvent, id, file.updated_us, file.state, file.batch, detail);
}

}  // namespace

FileRow FileRowOf(const SqliteRow& row) {
  FileRow out;
  out.id = row.Int(0);
  FileRecord& file = out.file;
  file.pipeline = row.Text(1);
  file.object.ref.key = row.Text(2);
  file.object.ref.bucket = row.Text(3);
  file.object.ref.version = row.Text(4);
  file.object.size_bytes = row.Unsigned(5);
  file.object.etag = row.Text(6);
  file.object.modified_us = row.Int(7);
  file.sequencer = row.Text(8);
  file.state = static_cast<FileState>(row.Int(9));
  file.batch = row.Text(10);
  file.attempts = static_cast<uint32_t>(row.Int(11));
  file.alone = row.Int(12) != 0;
  file.first_seen_us = row.Int(13);
  file.not_before_us = row.Int(14);
  file.updated_us = row.Int(15);
  file.accounting = {row.Unsigned(16), row.Unsigned(17), row.Unsigned(18), row.Unsigned(19)};
  file.error = row.Text(20);
  return out;
}

FileRecord FileOf(const SqliteRow& row) { return FileRowOf(row).file; }

Error UnknownFile(const ObjectRef& ref) {
  return Error{Code::kNotFound, ToString(ref) + " is not tracked"};
}

Result<std::optional<FileRow>> FindFile(SqliteConnection& connection, std::string_view pipeline,
                                        const ObjectRef& ref) {
  return connection.One(
      "SELECT " VARVE_FILE_COLUMNS
      " FROM files f WHERE pipeline = ? AND key = ? AND bucket = ? AND version = ?",
      FileRowOf, pipeline, ref.key, ref.bucket, ref.version);
}

Result<std::vector<FileRow>> FindVersions(SqliteConnection& connection, const FileRecord& file) {
  return connection.All("SELECT " VARVE_FILE_COLUMNS
                        " FROM files f WHERE pipeline = ? AND key = ? AND bucket = ?",
                        FileRowOf, file.pipeline, file.object.ref.key, file.object.ref.bucket);
}

Result<bool> NewerKnown(SqliteConnection& connection, const FileRecord& file) {
  const auto one = [](const SqliteRow& row) { return row.Int(0); };
  VARVE_ASSIGN_OR_RETURN(
      const auto newer,
      connection.One("SELECT 1 FROM files WHERE pipeline = ? AND key = ? AND bucket = ? "
                     "AND sequencer > ? LIMIT 1",
                     one, file.pipeline, file.object.ref.key, file.object.ref.bucket,
                     file.sequencer));
  return newer.has_value();
}

Status InsertFile(SqliteConnection& connection, const FileRecord& file, std::string_view detail) {
  const ObjectInfo& object = file.object;
  VARVE_RETURN_IF_ERROR(connection.Run(
      "INSERT INTO files VALUES (NULL,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)", file.pipeline,
      object.ref.key, object.ref.bucket, object.ref.version, object.size_bytes, object.etag,
      object.modified_us, file.sequencer, file.state, file.batch, file.attempts, file.alone,
      file.first_seen_us, file.not_before_us, file.updated_us, file.accounting.lines,
      file.accounting.rows, file.accounting.quarantined, file.accounting.blank, file.error));
  return InsertEvent(connection, connection.LastInsertId(), file, detail);
}

Status UpdateFile(SqliteConnection& connection, const FileRow& row, std::string_view detail) {
  const FileRecord& file = row.file;
  VARVE_RETURN_IF_ERROR(connection.Run(
      "UPDATE files SET state = ?, batch = ?, attempts = ?, alone = ?, not_before_us = ?, "
      "updated_us = ?, lines = ?, rows = ?, quarantined = ?, blank = ?, error = ? WHERE id = ?",
      file.state, file.batch, file.attempts, file.alone, file.not_before_us, file.updated_us,
      file.accounting.lines, file.accounting.rows, file.accounting.quarantined,
      file.accounting.blank, file.error, row.id));
  return InsertEvent(connection, row.id, file, detail);
}

std::string PrefixEnd(std::string_view prefix) {
  std::string end(prefix);
  while (!end.empty() && static_cast<unsigned char>(end.back()) == 0xff) end.pop_back();
  if (!end.empty()) end.back() = static_cast<char>(static_cast<unsigned char>(end.back()) + 1);
  return end;
}

}  // namespace varve
