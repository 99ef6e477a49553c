// TableState: PipelineState in a table of DynamoDB (docs/internals/dynamodb.md).
#pragma once

#include <memory>
#include <string>

#include "adapters/aws/core/environment_credentials.h"
#include "adapters/aws/core/json_service.h"
#include "adapters/aws/dynamodb/dynamo_table.h"
#include "cli/aws_session.h"
#include "cli/pipeline_state.h"

namespace varve::cli {

class TableState : public PipelineState {
 public:
  // `place`: dynamodb://TABLE. Asks nothing of AWS. kInvalidArgument: it names no table, or the
  // profile's files cannot be understood.
  static Result<std::unique_ptr<TableState>> Open(
      const std::string& place, const aws::Environment& environment = aws::ProcessEnvironment);

  // Makes the table when it is not there.
  Status EnsureTable();

  Status Save(const RunConfig& config) override;
  Result<RunConfig> Load() override;
  StateAdapters Adapters(const std::string& pipeline) override;

 private:
  TableState(const std::string& table, std::unique_ptr<AwsSession> aws);

  aws::JsonService service_;
  aws::DynamoTable table_;
};

}  // namespace varve::cli
