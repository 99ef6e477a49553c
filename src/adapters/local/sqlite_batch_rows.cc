#include "adapters/local/sqlite_batch_rows.h"

#include <nlohmann/json.hpp>
#include <string>
#include <utility>

namespace varve {
namespace {

using nlohmann::json;

std::string OutputsToJson(const std::vector<BatchOutput>& outputs) {
  json list = json::array();
  for (const BatchOutput& output : outputs) {
    list.push_back({{"staged_key", output.staged_key},
                    {"final_key", output.final_key},
                    {"rows", output.rows},
                    {"size_bytes", output.size_bytes},
                    {"hash", output.hash},
                    {"quarantine", output.quarantine}});
  }
  return list.dump(-1, ' ', false, json::error_handler_t::replace);
}

Result<std::vector<BatchOutput>> OutputsFromJson(const std::string& text) {
  std::vector<BatchOutput> outputs;
  try {
    for (const json& one : json::parse(text)) {
      outputs.push_back({one.at("staged_key"), one.at("final_key"), one.at("rows"),
                         one.at("size_bytes"), one.at("hash"), one.at("quarantine")});
    }
  } catch (const json::exception& error) {
    return Error{Code::kCorrupt, std::string("the stored outputs of a batch: ") + error.what()};
  }
  return outputs;
}

}  // namespace

BatchRow BatchRowOf(const SqliteRow& row) {
  BatchRow out;
  out.id = row.Int(0);
  BatchRecord& batch = out.batch;
  batch.pipeline = row.Text(1);
  batch.id = row.Text(2);
  batch.state = static_cast<BatchState>(row.Int(3));
  batch.manifest_key = row.Text(4);
  batch.fence = row.Unsigned(5);
  batch.owner = row.Text(6);
  batch.lease_until_us = row.Int(7);
  batch.created_us = row.Int(8);
  batch.updated_us = row.Int(9);
  batch.attempts = static_cast<uint32_t>(row.Int(10));
  batch.reruns = static_cast<uint32_t>(row.Int(11));
  batch.error = row.Text(12);
  out.outputs = row.Text(13);
  out.previous = row.Text(14);
  return out;
}

Status CompleteBatchRow(SqliteConnection& connection, BatchRow& row) {
  const auto ref = [](const SqliteRow& file) {
    return ObjectRef{file.Text(0), file.Text(1), file.Text(2)};
  };
  VARVE_ASSIGN_OR_RETURN(row.batch.outputs, OutputsFromJson(row.outputs));
  VARVE_ASSIGN_OR_RETURN(row.batch.previous, OutputsFromJson(row.previous));
  VARVE_ASSIGN_OR_RETURN(
      row.batch.files,
      connection.All("SELECT f.bucket, f.key, f.version FROM batch_files b "
                     "JOIN files f ON f.id = b.file WHERE b.batch = ? ORDER BY b.number",
                     ref, row.id));
  return Ok{};
}

Result<BatchRow> ReadBatch(SqliteConnection& connection, std::string_view pipeline,
                           std::string_view name) {
  VARVE_ASSIGN_OR_RETURN(auto row, connection.One("SELECT " VARVE_BATCH_COLUMNS
                                                  " FROM batches WHERE pipeline = ? AND name = ?",
                                                  BatchRowOf, pipeline, name));
  if (!row.has_value()) return Error{Code::kNotFound, "no batch " + std::string(name)};
  VARVE_RETURN_IF_ERROR(CompleteBatchRow(connection, *row));
  return *std::move(row);
}

Result<std::vector<FileRow>> ReadBatchFiles(SqliteConnection& connection, int64_t batch) {
  return connection.All("SELECT " VARVE_FILE_COLUMNS
                        " FROM batch_files b "
                        "JOIN files f ON f.id = b.file WHERE b.batch = ? ORDER BY b.number",
                        FileRowOf, batch);
}

Result<uint64_t> NextBatchNumber(SqliteConnection& connection, std::string_view pipeline,
                                 std::string_view day) {
  VARVE_RETURN_IF_ERROR(
      connection.Run("INSERT INTO batch_days VALUES (?, ?, 1) "
                     "ON CONFLICT DO UPDATE SET batches = batches + 1",
                     pipeline, day));
  const auto number = [](const SqliteRow& row) { return row.Unsigned(0); };
  VARVE_ASSIGN_OR_RETURN(
      const auto batches,
      connection.One("SELECT batches FROM batch_days WHERE pipeline = ? AND day = ?", number,
                     pipeline, day));
  return batches.value_or(1);
}

Status InsertBatch(SqliteConnection& connection, const BatchRecord& batch,
                   const std::vector<FileRow>& files) {
  VARVE_RETURN_IF_ERROR(connection.Run(
      "INSERT INTO batches VALUES (NULL,?,?,?,?,?,?,?,?,?,?,?,?,?,?)", batch.pipeline, batch.id,
      batch.state, batch.manifest_key, batch.fence, batch.owner, batch.lease_until_us,
      batch.created_us, batch.updated_us, batch.attempts, batch.reruns, batch.error,
      OutputsToJson(batch.outputs), OutputsToJson(batch.previous)));
  const int64_t id = connection.LastInsertId();
  for (size_t i = 0; i < files.size(); ++i) {
    VARVE_RETURN_IF_ERROR(
        connection.Run("INSERT INTO batch_files VALUES (?, ?, ?)", id, i, files[i].id));
  }
  return Ok{};
}

Status UpdateBatch(SqliteConnection& connection, const BatchRow& row) {
  const BatchRecord& batch = row.batch;
  return connection.Run(
      "UPDATE batches SET state = ?, fence = ?, owner = ?, lease_until_us = ?, updated_us = ?, "
      "attempts = ?, reruns = ?, error = ?, outputs = ?, previous = ? WHERE id = ?",
      batch.state, batch.fence, batch.owner, batch.lease_until_us, batch.updated_us, batch.attempts,
      batch.reruns, batch.error, OutputsToJson(batch.outputs), OutputsToJson(batch.previous),
      row.id);
}

}  // namespace varve
