// StepFunctionsWorkflow: executions of a state machine of AWS Step Functions.
#pragma once

#include <string>
#include <utility>

#include "adapters/aws/core/json_service.h"
#include "ports/workflow.h"

namespace varve::aws {

// Thread-safe. Names as Step Functions wants them: at most 80 of [A-Za-z0-9_-].
class StepFunctionsWorkflow : public Workflow {
 public:
  // `client` must outlive it. `endpoint` without a slash at its end.
  StepFunctionsWorkflow(AwsClient& client, std::string endpoint, std::string state_machine_arn)
      : service_(client, kStepFunctions, std::move(endpoint)),
        state_machine_arn_(std::move(state_machine_arn)) {}

  Status Start(std::string_view name, std::string_view input) override;
  Result<Execution> Describe(std::string_view name) override;
  Result<std::vector<Execution>> Running(int limit) override;

 private:
  std::string ExecutionArn(std::string_view name) const;

  JsonService service_;
  const std::string state_machine_arn_;
};

}  // namespace varve::aws
