// StepEngine: runs named steps one after the other, durably; the embedded Workflow.
//
// An execution is one record in the ExecutionStore: which step it is in, the how-many-eth attempt
// of it, and what the steps so far remember. It is written before an attempt and after it, so a
// process may die at any point: whoever drives the execution next begins a further attempt of the
// same step. Steps must therefore be repeatable. Each write is conditional on its revision: of two
// drivers one gets kConflict and stands back.
//
// Nothing happens by itself: Advance runs one attempt of one step when it is due. Not thread-safe;
// the store is what processes share.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "ports/execution_store.h"
#include "ports/workflow.h"
#include "workflow/backoff.h"

namespace varve {

struct StepContext {
  const std::string& name;   // of the execution
  const std::string& input;  // JSON
  std::string& data;         // read and changed by steps; kept when the attempt succeeds or waits
  const std::string& error;  // catch: why the execution fails: "<code>: <step>: <message>"
  uint32_t attempt = 0;
  int64_t now_us = 0;
};

struct StepOutcome {
  bool done = true;
  int64_t wake_us = 0;  // not done: call again then; it stays the same attempt

  static StepOutcome Done() { return {}; }
  static StepOutcome WaitUntil(int64_t us) { return {false, us}; }
};

struct WorkStep {
  std::string name;
  RetryPolicy retry;
  // Errors that IsRetryable or, with `retry_any`, all are tried again as `retry` says; then and for
  // other errors the catch step takes over. kConflict ends the attempt without counting it: the
  // driver has lost its right to go on, and Advance returns it.
  bool retry_any = false;
  std::function<Result<StepOutcome>(StepContext&)> run;
};

struct Workplan {
  std::vector<WorkStep> steps;
  WorkStep
      on_failure;  // the catch: when it is done the execution is kFailed. Its retries never end.
  // Told of each failed attempt, `retrying` or handed to the catch. Null: nobody is.
  std::function<void(const Execution&, const Error&, bool retrying)> on_error;
};

struct ExecutionProgress {
  ExecutionState state = ExecutionState::kRunning;
  int64_t wake_us = 0;  // kRunning: when Advance has something to do next
};

class StepEngine : public Workflow {
 public:
  // All but `plan` must outlive it.
  StepEngine(ExecutionStore& store, const Clock& clock, Random& random, Workplan plan);

  Status Start(std::string_view name, std::string_view input) override;
  Result<Execution> Describe(std::string_view name) override;
  Result<std::vector<Execution>> Running(int limit) override;

  // Runs one attempt of the current step, if it is due. kNotFound; kConflict: somebody else drives
  // it, or a step said so; kIo, kThrottled: the store failed, call again later.
  Result<ExecutionProgress> Advance(std::string_view name, int64_t now_us);

  // Lets go of an execution that this engine drove and gives what its steps remember. `give_back`:
  // the attempt under way was stopped in good order and does not count.
  std::string Release(std::string_view name, bool give_back, int64_t now_us);
  // Ends an execution that has nothing left to do.
  Status Abort(std::string_view name, std::string_view error, int64_t now_us);

 private:
  using Records = std::map<std::string, ExecutionRecord, std::less<>>;

  const WorkStep* FindStep(std::string_view name) const;
  const WorkStep* Next(const WorkStep& step) const;
  Result<ExecutionRecord*> Own(std::string_view name, int64_t now_us);
  Status Write(ExecutionRecord& record, ExecutionRecord next, int64_t now_us);
  Status Fail(ExecutionRecord& record, const Error& error, int64_t now_us);
  Status After(ExecutionRecord& record, const WorkStep& step, std::string data, int64_t now_us);
  Status AfterError(ExecutionRecord& record, const WorkStep& step, const Error& error,
                    int64_t now_us);
  Result<ExecutionProgress> Report(Status written, std::string_view name);
  bool IsCatch(const WorkStep& step) const { return &step == &plan_.on_failure; }

  ExecutionStore& store_;
  const Clock& clock_;  // for Start, which the port gives no time
  Random& random_;
  const Workplan plan_;
  Records own_;  // those whose latest revision this engine wrote
};

}  // namespace varve
