// Batches as rows: what SqliteFileTracker's transactions are made of.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "adapters/local/sqlite_connection.h"
#include "adapters/local/sqlite_file_rows.h"
#include "model/batch.h"

namespace varve {

// `batch.files` is read apart (ReadBatchFiles), since it is rows of another table.
struct BatchRow {
  int64_t id = 0;
  BatchRecord batch;
  std::string outputs;  // JSON, as is `previous`; parsed by ReadBatch and ReadBatches
  std::string previous;
};

// The columns that BatchRowOf reads, in its order.
#define VARVE_BATCH_COLUMNS                                                             \
  "id, pipeline, name, state, manifest_key, fence, owner, lease_until_us, created_us, " \
  "updated_us, "                                                                        \
  "attempts, reruns, error, outputs, previous"

BatchRow BatchRowOf(const SqliteRow& row);

// Fills in what is not in the row itself. kCorrupt when the outputs are no JSON of ours.
Status CompleteBatchRow(SqliteConnection& connection, BatchRow& row);

// kNotFound.
Result<BatchRow> ReadBatch(SqliteConnection& connection, std::string_view pipeline,
                           std::string_view name);
// The batch's files, in its order.
Result<std::vector<FileRow>> ReadBatchFiles(SqliteConnection& connection, int64_t batch);

// The number of the next batch of the day, from 1.
Result<uint64_t> NextBatchNumber(SqliteConnection& connection, std::string_view pipeline,
                                 std::string_view day);
// `files` are the rows of batch.files, in its order.
Status InsertBatch(SqliteConnection& connection, const BatchRecord& batch,
                   const std::vector<FileRow>& files);
Status UpdateBatch(SqliteConnection& connection, const BatchRow& row);

}  // namespace varve
