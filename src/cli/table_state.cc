#include "cli/table_state.h"

#include <iterator>
#include <utility>
#include <vector>

#include "adapters/aws/dynamodb/dynamo_execution_store.h"
#include "adapters/aws/dynamodb/dynamo_file_tracker.h"
#include "adapters/aws/dynamodb/dynamo_pipeline_list.h"
#include "adapters/aws/dynamodb/dynamo_schema_ledger.h"
#include "adapters/aws/dynamodb/table.h"

namespace varve::cli {
namespace {

aws::DynamoSettings TableSettings(const std::string& table) {
  aws::DynamoSettings settings;
  settings.table = table;
  return settings;
}

}  // namespace

Result<std::unique_ptr<TableState>> TableState::Open(const std::string& place,
                                                     const aws::Environment& environment) {
  const std::string table = place.substr(std::min(place.size(), kTableScheme.size()));
  if (!IsTableUrl(place) || table.empty()) {
    return Error{Code::kInvalidArgument,
                 "\"" + place + "\" names no table; write it like dynamodb://varve-orders"};
  }
  VARVE_ASSIGN_OR_RETURN(auto aws, AwsSession::Open(environment));
  return std::unique_ptr<TableState>(new TableState(table, std::move(aws)));
}

TableState::TableState(const std::string& table, std::unique_ptr<AwsSession> aws)
    : PipelineState(std::move(aws)),
      service_(opened().client(), aws::kDynamoDb, opened().EndpointOf("dynamodb")),
      table_(service_, TableSettings(table)) {}

Status TableState::EnsureTable() { return aws::EnsureTable(service_, table_.name()); }

Status TableState::Save(const RunConfig& config) {
  aws::DynamoPipelineList list(table_);
  for (const ConfiguredPipeline& pipeline : config.pipelines) {
    VARVE_RETURN_IF_ERROR(list.Put({pipeline.options.name(), PipelineToToml(pipeline.values),
                                    pipeline.options.state_machine_arn}));
  }
  return Ok{};
}

Result<RunConfig> TableState::Load() {
  const auto listed = aws::DynamoPipelineList(table_).All();
  if (!listed.ok() && listed.error().message.find("ResourceNotFound") != std::string::npos) {
    return Error{Code::kNotFound, "there is no table " + table_.name() + " in " +
                                      opened().client().region() +
                                      "; check --state and AWS_REGION (a deployed pipeline's table "
                                      "is called varve-NAME)"};
  }
  if (!listed.ok()) return listed.error();
  RunConfig config;
  for (const aws::ListedPipeline& pipeline : *listed) {
    VARVE_ASSIGN_OR_RETURN(
        RunConfig one,
        ReadRunConfig("pipeline " + pipeline.name + " in " + table_.name(), pipeline.settings));
    for (ConfiguredPipeline& read : one.pipelines) {
      read.options.state_machine_arn = pipeline.state_machine_arn;
    }
    std::move(one.pipelines.begin(), one.pipelines.end(), std::back_inserter(config.pipelines));
  }
  if (!config.pipelines.empty()) return config;
  return Error{
      Code::kNotFound,
      "no pipeline has run yet with the table " + table_.name() +
          "; a deployed one is there once its sweeper ran, a minute after it was deployed"};
}

StateAdapters TableState::Adapters(const std::string&) {
  StateAdapters adapters;
  adapters.tracker = std::make_unique<aws::DynamoFileTracker>(table_);
  adapters.ledger = std::make_unique<aws::DynamoSchemaLedger>(table_);
  adapters.executions = std::make_unique<aws::DynamoExecutionStore>(table_);
  return adapters;
}

}  // namespace varve::cli
