#include "adapters/aws/dynamodb/batch_item.h"

#include <algorithm>
#include <utility>

#include "adapters/aws/dynamodb/file_item.h"
#include "adapters/aws/dynamodb/item.h"
#include "adapters/aws/dynamodb/keys.h"
#include "adapters/aws/dynamodb/table.h"

namespace varve::aws {
namespace {

using nlohmann::json;

json RefsValue(const std::vector<ObjectRef>& refs) {
  json list = json::array();
  for (const ObjectRef& ref : refs) {
    list.push_back({{"M",
                     {{"bucket", TextValue(ref.bucket)},
                      {"object_key", TextValue(ref.key)},
                      {"version", TextValue(ref.version)}}}});
  }
  return {{"L", list}};
}

Result<std::vector<ObjectRef>> ReadRefs(ItemReader& reader) {
  std::vector<ObjectRef> refs;
  for (const json& value : reader.List("files")) {
    const auto map = value.find("M");
    if (map == value.end()) return Error{Code::kCorrupt, "a file of the stored batch is no map"};
    ItemReader ref(*map);
    refs.push_back({ref.Text("bucket"), ref.Text("object_key"), ref.Text("version")});
    VARVE_RETURN_IF_ERROR(ref.status());
  }
  return refs;
}

}  // namespace

std::string OutputsText(const std::vector<BatchOutput>& outputs) {
  json list = json::array();
  for (const BatchOutput& output : outputs) {
    list.push_back({output.staged_key, output.final_key, output.rows, output.size_bytes,
                    output.hash, output.quarantine});
  }
  return list.dump(-1, ' ', true, json::error_handler_t::replace);
}

Result<std::vector<BatchOutput>> ParseOutputs(const std::string& text) {
  std::vector<BatchOutput> outputs;
  if (text.empty()) return outputs;
  try {
    for (const json& one : json::parse(text)) {
      outputs.push_back({one.at(0), one.at(1), one.at(2), one.at(3), one.at(4), one.at(5)});
    }
  } catch (const json::exception& error) {
    return Error{Code::kCorrupt, std::string("the stored outputs of a batch: ") + error.what()};
  }
  return outputs;
}

json BatchItem(const BatchEntry& entry) {
  const BatchRecord& batch = entry.batch;
  const Key key = BatchKey(batch.pipeline, batch.id);
  const bool quarantine = std::any_of(batch.outputs.begin(), batch.outputs.end(),
                                      [](const BatchOutput& output) { return output.quarantine; });
  json item = {{"pk", TextValue(key.pk)},
               {"sk", TextValue(key.sk)},
               {"rev", NumberValue(entry.revision)},
               {"pipeline", TextValue(batch.pipeline)},
               {"id", TextValue(batch.id)},
               {"batch_state", TextValue(BatchStateName(batch.state))},
               {"files", RefsValue(batch.files)},
               {"manifest_key", TextValue(batch.manifest_key)},
               {"fence", NumberValue(batch.fence)},
               {"lease_owner", TextValue(batch.owner)},
               {"lease_until_us", NumberValue(batch.lease_until_us)},
               {"created_us", NumberValue(batch.created_us)},
               {"updated_us", NumberValue(batch.updated_us)},
               {"attempts", NumberValue(batch.attempts)},
               {"reruns", NumberValue(batch.reruns)},
               {"error", TextValue(CutText(batch.error, kErrorBytes))},
               {"has_quarantine", FlagValue(quarantine)},
               {"outputs_set", TextValue(entry.outputs_set)},
               {"previous_set", TextValue(entry.previous_set)}};
  if (entry.outputs_set.empty()) item["outputs"] = TextValue(OutputsText(batch.outputs));
  if (entry.previous_set.empty()) item["previous"] = TextValue(OutputsText(batch.previous));
  PutIndexKey(&item, kDueIndex, DueKey(batch));
  PutIndexKey(&item, kListingIndex, ListingKey(batch));
  return item;
}

Result<BatchEntry> ParseBatchItem(const json& item) {
  ItemReader reader(item);
  BatchEntry entry;
  BatchRecord& batch = entry.batch;
  entry.revision = reader.Unsigned("rev");
  entry.outputs_set = reader.Text("outputs_set");
  entry.previous_set = reader.Text("previous_set");
  batch.pipeline = reader.Text("pipeline");
  batch.id = reader.Text("id");
  const auto state = ParseBatchState(reader.Text("batch_state"));
  if (!state) reader.Refuse("batch_state");
  batch.state = state.value_or(BatchState::kClaimed);
  batch.manifest_key = reader.Text("manifest_key");
  batch.fence = reader.Unsigned("fence");
  batch.owner = reader.Text("lease_owner");
  batch.lease_until_us = reader.Int("lease_until_us");
  batch.created_us = reader.Int("created_us");
  batch.updated_us = reader.Int("updated_us");
  batch.attempts = static_cast<uint32_t>(reader.Unsigned("attempts"));
  batch.reruns = static_cast<uint32_t>(reader.Unsigned("reruns"));
  batch.error = reader.Text("error");
  VARVE_ASSIGN_OR_RETURN(batch.files, ReadRefs(reader));
  VARVE_ASSIGN_OR_RETURN(batch.outputs, ParseOutputs(reader.Text("outputs")));
  VARVE_ASSIGN_OR_RETURN(batch.previous, ParseOutputs(reader.Text("previous")));
  VARVE_RETURN_IF_ERROR(reader.status());
  return entry;
}

}  // namespace varve::aws
