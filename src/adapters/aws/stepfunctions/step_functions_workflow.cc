#include "adapters/aws/stepfunctions/step_functions_workflow.h"

#include <algorithm>

#include "base/clock.h"

namespace varve::aws {
namespace {

using nlohmann::json;

// Seconds since the epoch, with a fraction.
int64_t Instant(const json& node, const char* name) {
  const auto found = node.find(name);
  if (found == node.end() || !found->is_number()) return 0;
  return static_cast<int64_t>(found->get<double>() * kMicrosPerSecond);
}

ExecutionState StateOf(std::string_view status) {
  if (status == "RUNNING" || status == "PENDING_REDRIVE") return ExecutionState::kRunning;
  return status == "SUCCEEDED" ? ExecutionState::kSucceeded : ExecutionState::kFailed;
}

Execution ParseExecution(const json& node) {
  Execution execution;
  execution.name = TextOf(node, "name");
  execution.input = TextOf(node, "input");
  const std::string status = TextOf(node, "status");
  execution.state = StateOf(status);
  if (execution.state == ExecutionState::kFailed) {
    execution.error = TextOf(node, "error").empty() ? status : TextOf(node, "error");
    if (const std::string cause = TextOf(node, "cause"); !cause.empty()) {
      execution.error += ": " + cause;
    }
  }
  execution.started_us = Instant(node, "startDate");
  execution.updated_us = std::max(execution.started_us, Instant(node, "stopDate"));
  return execution;
}

}  // namespace

// arn:aws:states:REGION:ACCOUNT:stateMachine:NAME -> …:execution:NAME:<name>
std::string StepFunctionsWorkflow::ExecutionArn(std::string_view name) const {
  constexpr std::string_view kKind = ":stateMachine:";
  std::string arn = state_machine_arn_;
  if (const size_t at = arn.find(kKind); at != arn.npos) {
    arn.replace(at, kKind.size(), ":execution:");
  }
  return arn.append(":").append(name);
}

Status StepFunctionsWorkflow::Start(std::string_view name, std::string_view input) {
  VARVE_ASSIGN_OR_RETURN(
      const JsonReply reply,
      service_.Send("StartExecution",
                    {{"stateMachineArn", state_machine_arn_}, {"name", name}, {"input", input}}));
  if (!reply.failure) return Ok{};
  if (reply.failure->code != "ExecutionAlreadyExists") {
    return ToError(*reply.failure, "start the state machine");
  }
  VARVE_ASSIGN_OR_RETURN(const Execution known, Describe(name));
  if (known.input == input) return Ok{};
  return Error{Code::kConflict,
               "an execution " + std::string(name) + " exists and was told something else"};
}

Result<Execution> StepFunctionsWorkflow::Describe(std::string_view name) {
  VARVE_ASSIGN_OR_RETURN(
      const JsonReply reply,
      service_.Send("DescribeExecution", {{"executionArn", ExecutionArn(name)}}));
  if (!reply.failure) return ParseExecution(reply.body);
  if (reply.failure->code == "ExecutionDoesNotExist") {
    return Error{Code::kNotFound, "no execution is called " + std::string(name)};
  }
  return ToError(*reply.failure, "look at an execution");
}

Result<std::vector<Execution>> StepFunctionsWorkflow::Running(int limit) {
  VARVE_ASSIGN_OR_RETURN(const json answer,
                         service_.Call("ListExecutions",
                                       {{"stateMachineArn", state_machine_arn_},
                                        {"statusFilter", "RUNNING"},
                                        {"maxResults", std::clamp(limit, 1, 1000)}},
                                       "list executions"));
  std::vector<Execution> running;
  for (const json& node : answer.value("executions", json::array())) {
    running.push_back(ParseExecution(node));
  }
  return running;
}

}  // namespace varve::aws
