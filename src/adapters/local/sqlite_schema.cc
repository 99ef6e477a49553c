#include "adapters/local/sqlite_schema.h"

#include <array>
#include <string>

namespace varve {
namespace {

constexpr int64_t kApplicationId = 0x76617276;  // "varv", in the header of the file

// Counters are kept by triggers, in the transaction of the change they count, so that counting a
// million files is reading seven rows. States are the numbers of their enums: they are on disk.
constexpr const char* kVersion1 = R"sql(
CREATE TABLE files (
  id INTEGER PRIMARY KEY,
  pipeline TEXT NOT NULL, key TEXT NOT NULL, bucket TEXT NOT NULL, version TEXT NOT NULL,
  size_bytes INTEGER NOT NULL, etag TEXT NOT NULL, modified_us INTEGER NOT NULL,
  sequencer TEXT NOT NULL, state INTEGER NOT NULL, batch TEXT NOT NULL,
  attempts INTEGER NOT NULL, alone INTEGER NOT NULL, first_seen_us INTEGER NOT NULL,
  not_before_us INTEGER NOT NULL, updated_us INTEGER NOT NULL,
  lines INTEGER NOT NULL, rows INTEGER NOT NULL, quarantined INTEGER NOT NULL,
  blank INTEGER NOT NULL, error TEXT NOT NULL
);
CREATE UNIQUE INDEX files_ref ON files (pipeline, key, bucket, version);
CREATE INDEX files_state ON files (pipeline, state, key, id);
CREATE INDEX files_batch ON files (pipeline, batch, key, id) WHERE batch <> '';
CREATE INDEX files_ready ON files (pipeline, first_seen_us, id)
  WHERE state = 0 AND not_before_us = 0;
CREATE INDEX files_delayed ON files (pipeline, not_before_us, id)
  WHERE state = 0 AND not_before_us > 0;
CREATE INDEX files_delayed_age ON files (pipeline, first_seen_us)
  WHERE state = 0 AND not_before_us > 0;

CREATE TABLE file_events (
  file INTEGER NOT NULL, number INTEGER NOT NULL, at_us INTEGER NOT NULL, state INTEGER NOT NULL,
  batch TEXT NOT NULL, detail TEXT NOT NULL, PRIMARY KEY (file, number)
) WITHOUT ROWID;

CREATE TABLE file_counts (
  pipeline TEXT NOT NULL, state INTEGER NOT NULL, files INTEGER NOT NULL, bytes INTEGER NOT NULL,
  lines INTEGER NOT NULL, rows INTEGER NOT NULL, quarantined INTEGER NOT NULL,
  blank INTEGER NOT NULL, PRIMARY KEY (pipeline, state)
) WITHOUT ROWID;
CREATE TRIGGER files_inserted AFTER INSERT ON files BEGIN
  INSERT INTO file_counts VALUES (new.pipeline, new.state, 1, new.size_bytes, new.lines, new.rows,
                                  new.quarantined, new.blank)
  ON CONFLICT DO UPDATE SET files = files + 1, bytes = bytes + new.size_bytes,
    lines = lines + new.lines, rows = rows + new.rows,
    quarantined = quarantined + new.quarantined, blank = blank + new.blank;
END;
CREATE TRIGGER files_updated AFTER UPDATE ON files
WHEN old.state <> new.state OR old.lines <> new.lines OR old.rows <> new.rows OR
     old.quarantined <> new.quarantined OR old.blank <> new.blank BEGIN
  UPDATE file_counts SET files = files - 1, bytes = bytes - old.size_bytes,
    lines = lines - old.lines, rows = rows - old.rows,
    quarantined = quarantined - old.quarantined, blank = blank - old.blank
  WHERE pipeline = old.pipeline AND state = old.state;
  INSERT INTO file_counts VALUES (new.pipeline, new.state, 1, new.size_bytes, new.lines, new.rows,
                                  new.quarantined, new.blank)
  ON CONFLICT DO UPDATE SET files = files + 1, bytes = bytes + new.size_bytes,
    lines = lines + new.lines, rows = rows + new.rows,
    quarantined = quarantined + new.quarantined, blank = blank + new.blank;
END;

CREATE TABLE batches (
  id INTEGER PRIMARY KEY, pipeline TEXT NOT NULL, name TEXT NOT NULL, state INTEGER NOT NULL,
  manifest_key TEXT NOT NULL, fence INTEGER NOT NULL, owner TEXT NOT NULL,
  lease_until_us INTEGER NOT NULL, created_us INTEGER NOT NULL, updated_us INTEGER NOT NULL,
  attempts INTEGER NOT NULL, reruns INTEGER NOT NULL, error TEXT NOT NULL,
  outputs TEXT NOT NULL, previous TEXT NOT NULL
);
CREATE UNIQUE INDEX batches_name ON batches (pipeline, name);
CREATE INDEX batches_state ON batches (pipeline, state, id);
CREATE INDEX batches_age ON batches (pipeline, id);
CREATE INDEX batches_open ON batches (pipeline, lease_until_us) WHERE state < 3;
CREATE TABLE batch_files (
  batch INTEGER NOT NULL, number INTEGER NOT NULL, file INTEGER NOT NULL,
  PRIMARY KEY (batch, number)
) WITHOUT ROWID;
CREATE TABLE batch_days (
  pipeline TEXT NOT NULL, day TEXT NOT NULL, batches INTEGER NOT NULL, PRIMARY KEY (pipeline, day)
) WITHOUT ROWID;

CREATE TABLE messages (
  id INTEGER PRIMARY KEY AUTOINCREMENT, queue TEXT NOT NULL, body TEXT NOT NULL,
  receive_count INTEGER NOT NULL, sent_us INTEGER NOT NULL, visible_us INTEGER NOT NULL
);
CREATE INDEX messages_visible ON messages (queue, visible_us, id);
CREATE INDEX messages_sent ON messages (queue, sent_us);
CREATE TABLE dead_letters (
  number INTEGER PRIMARY KEY AUTOINCREMENT, queue TEXT NOT NULL, id INTEGER NOT NULL UNIQUE,
  body TEXT NOT NULL, reason TEXT NOT NULL, receive_count INTEGER NOT NULL,
  sent_us INTEGER NOT NULL, died_us INTEGER NOT NULL
);
CREATE INDEX dead_letters_queue ON dead_letters (queue, number);
CREATE TABLE queue_counts (
  queue TEXT PRIMARY KEY, messages INTEGER NOT NULL, dead INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TRIGGER message_in AFTER INSERT ON messages BEGIN
  INSERT INTO queue_counts VALUES (new.queue, 1, 0)
  ON CONFLICT DO UPDATE SET messages = messages + 1;
END;
CREATE TRIGGER message_out AFTER DELETE ON messages BEGIN
  UPDATE queue_counts SET messages = messages - 1 WHERE queue = old.queue;
END;
CREATE TRIGGER dead_in AFTER INSERT ON dead_letters BEGIN
  INSERT INTO queue_counts VALUES (new.queue, 0, 1) ON CONFLICT DO UPDATE SET dead = dead + 1;
END;
CREATE TRIGGER dead_out AFTER DELETE ON dead_letters BEGIN
  UPDATE queue_counts SET dead = dead - 1 WHERE queue = old.queue;
END;

CREATE TABLE executions (
  name TEXT PRIMARY KEY, input TEXT NOT NULL, state INTEGER NOT NULL, step TEXT NOT NULL,
  attempt INTEGER NOT NULL, error TEXT NOT NULL, started_us INTEGER NOT NULL,
  updated_us INTEGER NOT NULL, revision INTEGER NOT NULL, wake_us INTEGER NOT NULL,
  data TEXT NOT NULL
);
CREATE INDEX executions_running ON executions (name) WHERE state = 0;

CREATE TABLE schema_versions (
  pipeline TEXT NOT NULL, version INTEGER NOT NULL, schema TEXT NOT NULL, batch TEXT NOT NULL,
  created_us INTEGER NOT NULL, pinned INTEGER NOT NULL, PRIMARY KEY (pipeline, version)
) WITHOUT ROWID;
)sql";

// What people look for: files and batches of which lines were quarantined. In a key the quotes
// would be escaped, so only the outputs' own member is found.
constexpr const char* kVersion2 = R"sql(
CREATE INDEX files_quarantined ON files (pipeline, key, id) WHERE quarantined > 0;
CREATE INDEX batches_quarantined ON batches (pipeline, id)
  WHERE instr(outputs, '"quarantine":true') > 0;
)sql";

// The script at i makes version i + 1 of version i. They are never edited, only followed by others.
constexpr std::array kMigrations = {kVersion1, kVersion2};

int64_t FirstInt(const SqliteRow& row) { return row.Int(0); }

Status CheckOwner(SqliteConnection& connection) {
  VARVE_ASSIGN_OR_RETURN(const auto id, connection.One("PRAGMA application_id", FirstInt));
  VARVE_ASSIGN_OR_RETURN(const auto tables,
                         connection.One("SELECT count(*) FROM sqlite_schema", FirstInt));
  if (id == kApplicationId || (id == 0 && tables == 0)) return Ok{};
  return Error{Code::kInvalidArgument, "this is the database of another program"};
}

Status MigrateLocked(SqliteConnection& connection) {
  VARVE_RETURN_IF_ERROR(CheckOwner(connection));
  VARVE_ASSIGN_OR_RETURN(const auto version, connection.One("PRAGMA user_version", FirstInt));
  const auto newest = static_cast<int64_t>(kMigrations.size());
  if (*version > newest) {
    return Error{Code::kInvalidArgument, "its tables are of version " + std::to_string(*version) +
                                             ", this varve knows " + std::to_string(newest) +
                                             ": use the newer varve that made them"};
  }
  for (int64_t next = *version; next < newest; ++next) {
    VARVE_RETURN_IF_ERROR(connection.Script(kMigrations[static_cast<size_t>(next)]));
  }
  if (*version == newest) return Ok{};
  const std::string marks = "PRAGMA application_id = " + std::to_string(kApplicationId) +
                            "; PRAGMA user_version = " + std::to_string(newest) + ";";
  return connection.Script(marks.c_str());
}

}  // namespace

Status Migrate(SqliteConnection& connection) {
  VARVE_RETURN_IF_ERROR(connection.Run("BEGIN IMMEDIATE"));
  Status migrated = MigrateLocked(connection);
  if (migrated.ok()) return connection.Run("COMMIT");
  if (connection.InTransaction()) static_cast<void>(connection.Run("ROLLBACK"));
  return migrated;
}

}  // namespace varve
