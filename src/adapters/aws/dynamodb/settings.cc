#include "adapters/aws/dynamodb/settings.h"

#include <utility>

#include "adapters/aws/dynamodb/item.h"

namespace varve::aws {
namespace {

using nlohmann::json;

Result<PipelineSettings> ParseSettings(const json& item) {
  ItemReader reader(item);
  PipelineSettings settings{reader.Text("pipeline"), reader.Text("settings_text")};
  VARVE_RETURN_IF_ERROR(reader.status());
  return settings;
}

}  // namespace

Status PutSettings(DynamoTable& table, std::string_view pipeline, std::string_view text) {
  const Key key = SettingsKey(pipeline);
  const json item = {{"pk", TextValue(key.pk)},
                     {"sk", TextValue(key.sk)},
                     {"pipeline", TextValue(pipeline)},
                     {"settings_text", TextValue(text)}};
  VARVE_RETURN_IF_ERROR(table.Put(item, {}));
  return Ok{};
}

Result<std::string> GetSettings(DynamoTable& table, std::string_view pipeline) {
  VARVE_ASSIGN_OR_RETURN(const auto item, table.Get(SettingsKey(pipeline)));
  if (!item) {
    return Error{Code::kNotFound, "the table has no settings of " + std::string(pipeline)};
  }
  VARVE_ASSIGN_OR_RETURN(PipelineSettings settings, ParseSettings(*item));
  return std::move(settings.text);
}

Result<std::vector<PipelineSettings>> ListSettings(DynamoTable& table) {
  ItemQuery query;
  query.pk = SettingsKey("").pk;
  VARVE_ASSIGN_OR_RETURN(const std::vector<json> items, table.QueryAll(query));
  std::vector<PipelineSettings> all;
  for (const json& item : items) {
    VARVE_ASSIGN_OR_RETURN(PipelineSettings one, ParseSettings(item));
    all.push_back(std::move(one));
  }
  return all;
}

}  // namespace varve::aws
