#include "adapters/aws/dynamodb/dynamo_pipeline_list.h"

#include <utility>

#include "adapters/aws/dynamodb/item.h"

namespace varve::aws {

using nlohmann::json;

Status DynamoPipelineList::Put(const ListedPipeline& pipeline) {
  const Key key = PipelineKey(pipeline.name);
  const json item = {{"pk", TextValue(key.pk)},
                     {"sk", TextValue(key.sk)},
                     {"settings", TextValue(pipeline.settings)},
                     {"state_machine_arn", TextValue(pipeline.state_machine_arn)}};
  VARVE_ASSIGN_OR_RETURN([[maybe_unused]] const Written written, table_.Put(item, {}));
  return Ok{};
}

Result<std::vector<ListedPipeline>> DynamoPipelineList::All() {
  ItemQuery query;
  query.pk = PipelineKey("").pk;
  VARVE_ASSIGN_OR_RETURN(const std::vector<json> items, table_.QueryAll(std::move(query)));
  std::vector<ListedPipeline> pipelines;
  for (const json& item : items) {
    ItemReader reader(item);
    ListedPipeline pipeline;
    pipeline.name = reader.Text("sk");
    pipeline.settings = reader.Text("settings");
    pipeline.state_machine_arn = reader.Text("state_machine_arn");
    VARVE_RETURN_IF_ERROR(reader.status());
    pipelines.push_back(std::move(pipeline));
  }
  return pipelines;
}

}  // namespace varve::aws
