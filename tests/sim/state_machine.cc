#include "sim/state_machine.h"

#include <nlohmann/json.hpp>
#include <set>
#include <utility>

namespace varve::sim {
namespace {

using nlohmann::json;

const RetryPolicy kBeginRetry = {6, 2 * kMicrosPerSecond, kMicrosPerMinute};
const RetryPolicy kConvertRetry = {5, 5 * kMicrosPerSecond, 2 * kMicrosPerMinute};
const RetryPolicy kConvertDeathRetry = {1, 10 * kMicrosPerSecond, kMicrosPerMinute};
const RetryPolicy kCommitRetry = {8, 2 * kMicrosPerSecond, kMicrosPerMinute};

bool IsDeath(const std::string& error) { return error == "Runtime.ExitError"; }

bool MayPass(const std::string& error) {
  return error == "throttled" || error == "io" || error == "Lambda.SdkClientException";
}

const RetryPolicy& PolicyOf(StateMachine::Task task, const std::string& error) {
  switch (task) {
    case StateMachine::Task::kBegin: return kBeginRetry;
    case StateMachine::Task::kConvert: return IsDeath(error) ? kConvertDeathRetry : kConvertRetry;
    case StateMachine::Task::kCommit:
    case StateMachine::Task::kFail: break;
  }
  return kCommitRetry;
}

}  // namespace

Status StateMachine::Start(std::string_view name, std::string_view input) {
  const auto known = executions_.find(name);
  if (known != executions_.end()) {
    if (known->second.input == input) return Ok{};
    return Error{Code::kConflict, "it was told something else"};
  }
  Execution& execution = executions_[std::string(name)];
  execution.name = name;
  execution.input = input;
  ++running_;
  loop_.Spawn([this, &execution] { Run(execution); });
  return Ok{};
}

Result<Execution> StateMachine::Describe(std::string_view name) {
  const auto found = executions_.find(name);
  if (found == executions_.end()) return Error{Code::kNotFound, "no execution of that name"};
  return found->second;
}

Result<std::vector<Execution>> StateMachine::Running(int limit) {
  std::vector<Execution> running;
  for (const auto& [name, execution] : executions_) {
    if (running.size() == static_cast<size_t>(limit)) break;
    if (execution.state == ExecutionState::kRunning) running.push_back(execution);
  }
  return running;
}

void StateMachine::Run(Execution& execution) {
  execution.state = Steps(execution.input);
  --running_;
}

TaskEnd StateMachine::Try(Task task, const std::string& event) {
  std::map<const RetryPolicy*, uint32_t> attempts;
  while (true) {
    TaskEnd end = invoke_(task, event);
    if (!IsDeath(end.error) && !MayPass(end.error)) return end;
    const RetryPolicy& policy = PolicyOf(task, end.error);
    const uint32_t attempt = ++attempts[&policy];
    if (attempt > policy.attempts_max) return end;
    loop_.Sleep(BackoffUs(policy, attempt, world_.random));
  }
}

ExecutionState StateMachine::Steps(std::string event) {
  TaskEnd end = Try(Task::kBegin, event);
  if (end.error.empty()) {
    event = end.answer;
    if (json::parse(event).at("engine") == "lambda") end = Try(Task::kConvert, event);
  }
  if (end.error.empty()) end = Try(Task::kCommit, event);
  // Superseded: another owner has the batch.
  if (end.error.empty() || end.error == "conflict") return ExecutionState::kSucceeded;
  return Fail(event, end);
}

ExecutionState StateMachine::Fail(const std::string& event, const TaskEnd& end) {
  json told = json::parse(event);
  told["error"] = {{"Error", end.error}, {"Cause", end.cause}};
  const TaskEnd failed = Try(Task::kFail, told.dump());
  if (failed.error == "conflict") return ExecutionState::kSucceeded;
  if (!failed.error.empty()) {
    static_cast<void>(world_.notifier.Notify(
        {std::string(kPipeline), "a batch failed, and so did recording it", event, "direct"}));
  }
  return ExecutionState::kFailed;
}

}  // namespace varve::sim
