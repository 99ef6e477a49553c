#include "workflow/step_engine.h"

#include <algorithm>
#include <utility>

namespace varve {

StepEngine::StepEngine(ExecutionStore& store, const Clock& clock, Random& random, Workplan plan)
    : store_(store), clock_(clock), random_(random), plan_(std::move(plan)) {}

const WorkStep* StepEngine::FindStep(std::string_view name) const {
  if (plan_.on_failure.name == name) return &plan_.on_failure;
  const auto found = std::find_if(plan_.steps.begin(), plan_.steps.end(),
                                  [name](const WorkStep& step) { return step.name == name; });
  return found == plan_.steps.end() ? nullptr : &*found;
}

const WorkStep* StepEngine::Next(const WorkStep& step) const {
  if (IsCatch(step) || &step == &plan_.steps.back()) return nullptr;
  return &step + 1;
}

Status StepEngine::Start(std::string_view name, std::string_view input) {
  auto known = store_.Get(name);
  if (known.ok()) {
    if (known->execution.input == input) return Ok{};
    return Error{Code::kConflict,
                 "execution " + std::string(name) + " was started with another input"};
  }
  if (known.error().code != Code::kNotFound) return std::move(known).error();
  ExecutionRecord record;
  record.execution.name = name;
  record.execution.input = input;
  record.execution.step = plan_.steps.front().name;
  record.execution.attempt = 1;
  record.execution.started_us = clock_.NowUs();
  record.execution.updated_us = record.execution.started_us;
  record.revision = 1;
  VARVE_RETURN_IF_ERROR(store_.Put(record));
  own_.insert_or_assign(record.execution.name, std::move(record));
  return Ok{};
}

Result<Execution> StepEngine::Describe(std::string_view name) {
  VARVE_ASSIGN_OR_RETURN(ExecutionRecord record, store_.Get(name));
  return std::move(record.execution);
}

Result<std::vector<Execution>> StepEngine::Running(int limit) {
  VARVE_ASSIGN_OR_RETURN(std::vector<ExecutionRecord> records, store_.Running("", limit));
  std::vector<Execution> executions;
  for (ExecutionRecord& record : records) executions.push_back(std::move(record.execution));
  return executions;
}

// Writes `next` as the following revision of `record`, which it then is.
Status StepEngine::Write(ExecutionRecord& record, ExecutionRecord next, int64_t now_us) {
  next.revision = record.revision + 1;
  next.execution.updated_us = now_us;
  auto written = store_.Put(next);
  if (!written.ok()) return written;
  record = std::move(next);
  return Ok{};
}

Status StepEngine::Fail(ExecutionRecord& record, const Error& error, int64_t now_us) {
  ExecutionRecord next = record;
  next.execution.step = plan_.on_failure.name;
  next.execution.attempt = 1;
  next.execution.error =
      std::string(CodeName(error.code)) + ": " + record.execution.step + ": " + error.message;
  next.wake_us = 0;
  if (plan_.on_error) plan_.on_error(record.execution, error, false);
  return Write(record, std::move(next), now_us);
}

// The record to go on with. One that another process, or this one before it died, wrote last may
// have been in the middle of its attempt: a further one begins.
Result<ExecutionRecord*> StepEngine::Own(std::string_view name, int64_t now_us) {
  if (const auto found = own_.find(name); found != own_.end()) return &found->second;
  VARVE_ASSIGN_OR_RETURN(ExecutionRecord record, store_.Get(name));
  if (record.execution.state == ExecutionState::kRunning) {
    const WorkStep* step = FindStep(record.execution.step);
    if (step == nullptr) {
      return Error{Code::kInternal, "execution " + record.execution.name + " is in the step " +
                                        record.execution.step + ", which this varve has not"};
    }
    const uint32_t attempts_max = step->retry.attempts_max;
    if (!IsCatch(*step) && attempts_max > 0 && record.execution.attempt >= attempts_max) {
      const Error error{Code::kCancelled, "its process died, for the last time in attempt " +
                                              std::to_string(record.execution.attempt)};
      VARVE_RETURN_IF_ERROR(Fail(record, error, now_us));
    } else {
      ExecutionRecord next = record;
      ++next.execution.attempt;
      next.wake_us = 0;
      VARVE_RETURN_IF_ERROR(Write(record, std::move(next), now_us));
    }
  }
  return &own_.insert_or_assign(std::string(name), std::move(record)).first->second;
}

Status StepEngine::After(ExecutionRecord& record, const WorkStep& step, std::string data,
                         int64_t now_us) {
  ExecutionRecord next = record;
  next.data = std::move(data);
  next.wake_us = 0;
  if (const WorkStep* following = Next(step)) {
    next.execution.step = following->name;
    next.execution.attempt = 1;
  } else {
    next.execution.state = IsCatch(step) ? ExecutionState::kFailed : ExecutionState::kSucceeded;
  }
  return Write(record, std::move(next), now_us);
}

Status StepEngine::AfterError(ExecutionRecord& record, const WorkStep& step, const Error& error,
                              int64_t now_us) {
  const uint32_t attempt = record.execution.attempt;
  const bool may_retry = IsCatch(step) || step.retry_any || IsRetryable(error.code);
  const bool exhausted =
      !IsCatch(step) && step.retry.attempts_max > 0 && attempt >= step.retry.attempts_max;
  if (!may_retry || exhausted) {
    return Fail(record, error, now_us);
  }
  if (plan_.on_error) plan_.on_error(record.execution, error, true);
  ExecutionRecord next = record;
  ++next.execution.attempt;
  next.wake_us = now_us + BackoffUs(step.retry, attempt, random_);
  return Write(record, std::move(next), now_us);
}

Result<ExecutionProgress> StepEngine::Report(Status written, std::string_view name) {
  if (!written.ok()) {
    own_.erase(own_.find(name));  // what is stored is uncertain now: read it again
    return std::move(written).error();
  }
  const auto found = own_.find(name);
  const ExecutionProgress progress{found->second.execution.state, found->second.wake_us};
  if (progress.state != ExecutionState::kRunning) own_.erase(found);
  return progress;
}

Result<ExecutionProgress> StepEngine::Advance(std::string_view name, int64_t now_us) {
  VARVE_ASSIGN_OR_RETURN(ExecutionRecord * record, Own(name, now_us));
  if (record->execution.state != ExecutionState::kRunning) return Report(Ok{}, name);
  const WorkStep& step = *FindStep(record->execution.step);
  // A wake time further away than any delay was written before the clock was set back.
  const bool far_off = record->wake_us > now_us + std::max(step.retry.delay_max_us, kMicrosPerHour);
  if (record->wake_us > now_us && !far_off)
    return ExecutionProgress{ExecutionState::kRunning, record->wake_us};

  std::string data = record->data;
  const Execution& execution = record->execution;
  StepContext context{execution.name,  execution.input,   data,
                      execution.error, execution.attempt, now_us};
  auto outcome = step.run(context);
  if (!outcome.ok()) {
    if (outcome.error().code == Code::kConflict) return std::move(outcome).error();
    return Report(AfterError(*record, step, outcome.error(), now_us), name);
  }
  if (outcome->done) return Report(After(*record, step, std::move(data), now_us), name);
  record->data = std::move(data);
  record->wake_us = outcome->wake_us;
  return ExecutionProgress{ExecutionState::kRunning, outcome->wake_us};
}

std::string StepEngine::Release(std::string_view name, bool give_back, int64_t now_us) {
  const auto found = own_.find(name);
  if (found == own_.end()) return {};
  ExecutionRecord record = std::move(found->second);
  own_.erase(found);
  if (give_back && record.execution.attempt > 0) {
    ExecutionRecord next = record;
    --next.execution.attempt;
    next.wake_us = 0;
    // When it fails the attempt counts after all, which the policy has room for.
    static_cast<void>(Write(record, std::move(next), now_us));
  }
  return std::move(record.data);
}

Status StepEngine::Abort(std::string_view name, std::string_view error, int64_t now_us) {
  VARVE_ASSIGN_OR_RETURN(ExecutionRecord record, store_.Get(name));
  if (const auto found = own_.find(name); found != own_.end()) own_.erase(found);
  if (record.execution.state != ExecutionState::kRunning) return Ok{};
  ExecutionRecord next = record;
  next.execution.state = ExecutionState::kFailed;
  next.execution.error = error;
  return Write(record, std::move(next), now_us);
}

}  // namespace varve
