#include "adapters/aws/dynamodb/batch_store.h"

#include <string>
#include <utility>

#include "adapters/aws/dynamodb/item.h"

namespace varve::aws {
namespace {

using nlohmann::json;

std::string ChunkPrefix(const std::string& set) { return set + "#"; }

Result<std::vector<BatchOutput>> ReadSet(DynamoTable& table, const BatchRecord& batch,
                                         const std::string& set) {
  ItemQuery query;
  query.pk = OutputsPartition(batch.pipeline, batch.id);
  query.sk_prefix = ChunkPrefix(set);
  VARVE_ASSIGN_OR_RETURN(const std::vector<json> chunks, table.QueryAll(query));
  std::string text;
  for (const json& chunk : chunks) {
    ItemReader reader(chunk);
    text += reader.Text("outputs");
    VARVE_RETURN_IF_ERROR(reader.status());
  }
  if (text.empty()) {
    return Error{Code::kCorrupt, "batch " + batch.id + ": its set of outputs " + set + " is gone"};
  }
  return ParseOutputs(text);
}

}  // namespace

Result<BatchEntry> ReadBatchItem(DynamoTable& table, const json& item) {
  VARVE_ASSIGN_OR_RETURN(BatchEntry entry, ParseBatchItem(item));
  if (!entry.outputs_set.empty()) {
    VARVE_ASSIGN_OR_RETURN(entry.batch.outputs, ReadSet(table, entry.batch, entry.outputs_set));
  }
  if (!entry.previous_set.empty()) {
    VARVE_ASSIGN_OR_RETURN(entry.batch.previous, ReadSet(table, entry.batch, entry.previous_set));
  }
  return entry;
}

Result<BatchEntry> ReadBatch(DynamoTable& table, std::string_view pipeline, std::string_view id) {
  VARVE_ASSIGN_OR_RETURN(const auto item, table.Get(BatchKey(pipeline, id)));
  if (!item) return Error{Code::kNotFound, "no batch " + std::string(id)};
  return ReadBatchItem(table, *item);
}

// A set is named by the fence and the item's revision: what another owner writes is another set,
// and what this one writes again after a failure is the same.
Status SetOutputs(DynamoTable& table, const std::vector<BatchOutput>& outputs, BatchEntry* entry) {
  BatchRecord& batch = entry->batch;
  batch.outputs = outputs;
  entry->outputs_set.clear();
  const std::string text = OutputsText(outputs);
  if (text.size() <= kInlineOutputsBytes) return Ok{};
  const std::string set = std::to_string(batch.fence) + "-" + std::to_string(entry->revision);
  int64_t number = 0;
  for (size_t at = 0; at < text.size(); at += kOutputChunkBytes) {
    const json chunk = {{"pk", TextValue(OutputsPartition(batch.pipeline, batch.id))},
                        {"sk", TextValue(ChunkPrefix(set) + Padded(number++))},
                        {"outputs", TextValue(text.substr(at, kOutputChunkBytes))}};
    VARVE_RETURN_IF_ERROR(table.Put(chunk, {}));
  }
  entry->outputs_set = set;
  return Ok{};
}

}  // namespace varve::aws
