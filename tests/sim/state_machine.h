// StateMachine: infra/workflow.asl.json as far as varve's functions see it. It lives through
// everything, as Step Functions does; the functions it calls do not.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ports/workflow.h"
#include "sim/fiber_loop.h"
#include "sim/world.h"
#include "workflow/backoff.h"

namespace varve::sim {

// What a called function came to: its answer, or an error as Step Functions names it.
struct TaskEnd {
  std::string answer;
  std::string error;  // empty: none
  std::string cause;
};

class StateMachine : public Workflow {
 public:
  enum class Task { kBegin, kConvert, kCommit, kFail };
  using Invoke = std::function<TaskEnd(Task task, const std::string& event)>;

  StateMachine(World& world, FiberLoop& loop, Invoke invoke)
      : world_(world), loop_(loop), invoke_(std::move(invoke)) {}

  Status Start(std::string_view name, std::string_view input) override;
  Result<Execution> Describe(std::string_view name) override;
  Result<std::vector<Execution>> Running(int limit) override;

  uint64_t started() const { return executions_.size(); }
  uint64_t running() const { return running_; }

 private:
  void Run(Execution& execution);
  // The state that the execution ends in.
  ExecutionState Steps(std::string event);
  ExecutionState Fail(const std::string& event, const TaskEnd& end);
  TaskEnd Try(Task task, const std::string& event);

  World& world_;
  FiberLoop& loop_;
  const Invoke invoke_;
  std::map<std::string, Execution, std::less<>> executions_;
  uint64_t running_ = 0;
};

}  // namespace varve::sim
