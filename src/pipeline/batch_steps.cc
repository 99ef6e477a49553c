#include "pipeline/batch_steps.h"

#include <algorithm>
#include <string>
#include <utility>

#include "model/file_rules.h"
#include "model/names.h"
#include "pipeline/batch_files.h"
#include "pipeline/disposition.h"
#include "pipeline/publish.h"
#include "pipeline/schema_update.h"

namespace varve {
namespace {

// What a person mends, a full disk or a directory without permission, is worth waiting for: giving
// the batch up would only make the next one fail in the same way.
Error Patient(Error error) {
  if (error.code == Code::kPermission || error.code == Code::kLimit) error.code = Code::kIo;
  return error;
}

// An error of the kind that waiting mends says nothing against the files.
bool IsOutage(std::string_view error) {
  const std::string_view code = error.substr(0, error.find(':'));
  return code == CodeName(Code::kIo) || code == CodeName(Code::kThrottled);
}

}  // namespace

WorkStep BatchSteps::MakeStep(std::string name,
                              Outcome (BatchSteps::*run)(HeldBatch&, StepContext&),
                              std::optional<BatchState> during) {
  WorkStep step;
  step.name = std::move(name);
  step.retry = config_.step_retry;
  step.run = [this, run, during](StepContext& context) -> Outcome {
    HeldBatch* held = held_.Find(context.name);
    if (held == nullptr) return Error{Code::kConflict, "this process does not hold the batch"};
    if (during && held->record.state > *during) return StepOutcome::Done();
    if (during && held->record.state < *during) {
      return Error{Code::kConflict, "another process has taken the batch further"};
    }
    return (this->*run)(*held, context);
  };
  return step;
}

Workplan BatchSteps::Plan() {
  Workplan plan;
  plan.steps = {MakeStep("begin", &BatchSteps::Begin, BatchState::kClaimed),
                MakeStep("convert", &BatchSteps::Convert, BatchState::kProcessing),
                MakeStep("record", &BatchSteps::Record, BatchState::kProcessing),
                MakeStep("publish", &BatchSteps::Publish, BatchState::kPublishing),
                MakeStep("complete", &BatchSteps::Complete, BatchState::kPublishing),
                MakeStep("dispose", &BatchSteps::Dispose)};
  plan.steps[1].retry = config_.job_retry;
  plan.on_failure = MakeStep(std::string(kFailStep), &BatchSteps::Fail);
  plan.on_error = [this](const Execution& execution, const Error& error, bool retrying) {
    OnError(execution, error, retrying);
  };
  return plan;
}

void BatchSteps::OnError(const Execution& execution, const Error& error, bool retrying) {
  meter_.Failed(execution.step);
  deps_.log.Write(LogLevel::kWarning, "step_failed",
                  {{"pipeline", config_.name},
                   {"execution", execution.name},
                   {"step", execution.step},
                   {"attempt", execution.attempt},
                   {"retrying", retrying ? "yes" : "no"},
                   {"code", CodeName(error.code)},
                   {"error", error.message}});
  if (!retrying || execution.attempt != config_.alert_attempts) return;
  failure_.Alert("batch_stuck", execution.name + " is stuck in the step " + execution.step,
                 error.message + "\nIt has failed " + std::to_string(execution.attempt) +
                     " times in a row and is tried again until it succeeds; mend the cause.");
}

BatchSteps::Outcome BatchSteps::Begin(HeldBatch& held, StepContext& context) {
  VARVE_ASSIGN_OR_RETURN(held.record, deps_.tracker.Begin(held.record, context.now_us));
  return StepOutcome::Done();
}

BatchSteps::Outcome BatchSteps::Convert(HeldBatch& held, StepContext& context) {
  VARVE_ASSIGN_OR_RETURN(BatchMemory memory, DecodeMemory(context.data));
  const bool ours = memory.job_attempt == context.attempt && memory.job_owner == config_.owner;
  if (memory.job.empty() || !ours) {
    return StartJob(held, context, std::move(memory));
  }
  auto status = deps_.jobs.Describe(memory.job);
  if (!status.ok()) {
    if (IsRetryable(status.error().code)) {
      return StepOutcome::WaitUntil(context.now_us + config_.step_retry.delay_us);
    }
    if (status.error().code != Code::kNotFound) return std::move(status).error();
    return Error{Code::kIo, "the job is unknown: whoever ran it was restarted"};
  }
  switch (status->state) {
    case JobState::kRunning: return StepOutcome::WaitUntil(context.now_us + config_.job_poll_us);
    case JobState::kFailed: return Patient({status->code, status->error});
    case JobState::kSucceeded: break;
  }
  return EndJob(held, context, std::move(memory), std::move(status->result));
}

BatchSteps::Outcome BatchSteps::StartJob(HeldBatch& held, StepContext& context,
                                         BatchMemory memory) {
  if (!memory.job.empty()) static_cast<void>(deps_.jobs.Stop(memory.job));
  if (!held.manifest) {
    VARVE_ASSIGN_OR_RETURN(held.manifest, builder_.EnsureManifest(held.record));
  }
  memory.job = JobName(held.record.pipeline, held.record.id, held.record.fence, context.attempt);
  memory.job_attempt = context.attempt;
  memory.job_owner = config_.owner;
  auto started = deps_.jobs.Start(memory.job, *held.manifest);
  if (!started.ok()) {
    if (started.error().code != Code::kThrottled) return std::move(started).error();
    return StepOutcome::WaitUntil(context.now_us + config_.step_retry.delay_us);
  }
  context.data = EncodeMemory(memory);
  return StepOutcome::WaitUntil(context.now_us);
}

// A job is another program's work: what does not add up must not become visible.
Status BatchSteps::CheckResult(const HeldBatch& held, const JobResult& result,
                               std::string_view job) const {
  VARVE_RETURN_IF_ERROR(CheckOutcomes(held.record, result.outcomes));
  for (const BatchOutput& made : result.outputs) {
    const bool ours = made.staged_key.starts_with(StagingPrefix(job)) &&
                      made.final_key.starts_with(config_.output_prefix) &&
                      BatchOfOutputKey(made.final_key) == held.record.id;
    if (!ours) {
      return Error{Code::kInternal, "the job made " + made.final_key + ", staged as " +
                                        made.staged_key + ", which is no output of this batch"};
    }
  }
  for (const FileOutcome& outcome : result.outcomes) {
    if (held.record.reruns == 0 || outcome.error.empty()) continue;
    return Error{Code::kCorrupt,
                 ToString(outcome.ref) + " cannot be converted again: " + outcome.error};
  }
  return Ok{};
}

BatchSteps::Outcome BatchSteps::EndJob(const HeldBatch& held, StepContext& context,
                                       BatchMemory memory, JobResult result) {
  VARVE_RETURN_IF_ERROR(CheckResult(held, result, memory.job));
  memory.result = std::move(result);
  context.data = EncodeMemory(memory);
  return StepOutcome::Done();
}

BatchSteps::Outcome BatchSteps::Record(HeldBatch& held, StepContext& context) {
  VARVE_ASSIGN_OR_RETURN(const BatchMemory memory, DecodeMemory(context.data));
  if (!memory.result) return Error{Code::kInternal, "the job's result is not remembered"};
  const JobResult& result = *memory.result;
  auto updated = UpdateSchema(deps_, config_.name, result.schema, held.record.id, context.now_us);
  if (!updated.ok()) return Patient(std::move(updated).error());
  auto recorded = deps_.tracker.RecordOutputs(held.record, result.outputs, context.now_us);
  if (!recorded.ok()) return Patient(std::move(recorded).error());
  held.record = *std::move(recorded);
  return StepOutcome::Done();
}

BatchSteps::Outcome BatchSteps::Publish(HeldBatch& held, StepContext&) {
  auto published = varve::Publish(deps_.output, held.record);
  if (!published.ok()) return Patient(std::move(published).error());
  return StepOutcome::Done();
}

void BatchSteps::MarkMissing(const JobResult& result, int64_t now_us) {
  for (const ObjectRef& ref : result.missing) {
    // If it cannot be marked now, its next batch finds it missing again.
    static_cast<void>(
        deps_.tracker.MarkMissing(config_.name, ref, "gone before it was read", now_us));
  }
}

BatchSteps::Outcome BatchSteps::Complete(HeldBatch& held, StepContext& context) {
  VARVE_ASSIGN_OR_RETURN(const BatchMemory memory, DecodeMemory(context.data));
  if (!memory.result) return Error{Code::kInternal, "the job's result is not remembered"};
  const std::vector<FileOutcome>& outcomes = memory.result->outcomes;
  VARVE_ASSIGN_OR_RETURN(const std::vector<FileRecord> files,
                         BatchFiles(deps_.tracker, held.record));
  uint32_t attempts = 0;
  for (const FileRecord& file : files) attempts = std::max(attempts, file.attempts);
  const int64_t retry_us =
      context.now_us + BackoffUs(config_.file_retry, attempts + 1, deps_.random);
  auto completed =
      deps_.tracker.Complete(held.record, outcomes, config_.attempts_max, retry_us, context.now_us);
  if (!completed.ok()) return Patient(std::move(completed).error());
  held.record = *std::move(completed);
  held.leased = false;
  MarkMissing(*memory.result, context.now_us);
  meter_.Completed(held.record, outcomes, files, context.now_us);
  deps_.log.Write(LogLevel::kInfo, "batch_completed",
                  {{"pipeline", config_.name},
                   {"batch", held.record.id},
                   {"files", outcomes.size()},
                   {"outputs", held.record.outputs.size()},
                   {"duration_us", context.now_us - held.record.created_us}});
  return StepOutcome::Done();
}

BatchSteps::Outcome BatchSteps::Dispose(HeldBatch& held, StepContext& context) {
  VARVE_ASSIGN_OR_RETURN(const BatchMemory memory, DecodeMemory(context.data));
  if (memory.result) MarkMissing(*memory.result, context.now_us);
  VARVE_RETURN_IF_ERROR(failure_.AlertGivenUp(held.record, held.record.error));
  if (held.record.reruns == 0 && memory.result) {
    auto disposed = DisposeSources(config_, deps_, held.record, memory.result->outcomes);
    if (!disposed.ok()) return std::move(disposed).error();
  }
  // Leftovers that cannot be removed now are found by reconcile.
  static_cast<void>(ClearStaging(deps_.output, held.record));
  return StepOutcome::Done();
}

BatchSteps::Outcome BatchSteps::Fail(HeldBatch& held, StepContext& context) {
  if (HasEnded(held.record.state)) {
    // Whoever failed it may have died before that.
    VARVE_RETURN_IF_ERROR(failure_.Tell(held.record, context.error));
    return StepOutcome::Done();
  }
  StopJob(context.data);
  const Blame blame = IsOutage(context.error) ? Blame::kNobody : Blame::kFiles;
  VARVE_RETURN_IF_ERROR(failure_.FailBatch(held, context.error, blame, context.now_us));
  held.leased = false;
  return StepOutcome::Done();
}

void BatchSteps::StopJob(std::string_view data) {
  const auto memory = DecodeMemory(data);
  if (!memory.ok() || memory->job.empty()) return;
  static_cast<void>(deps_.jobs.Stop(memory->job));
}

}  // namespace varve
