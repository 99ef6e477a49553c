#include "pipeline/batch_tasks.h"

#include <algorithm>
#include <utility>

#include "model/names.h"

namespace varve {
namespace {

constexpr uint64_t kResultBytesMax = uint64_t{64} << 20;

PipelineConfig OwnedBy(PipelineConfig config, const std::string& owner) {
  config.owner = owner;
  return config;
}

// Beside the manifests, since it is what became of one.
std::string ResultKey(const BatchRecord& batch) { return "results/" + batch.id + ".json"; }

}  // namespace

BatchTasks::BatchTasks(const PipelineConfig& config, Deps& deps, BatchTask task)
    : config_(OwnedBy(config, task.owner)),
      deps_(deps),
      task_(std::move(task)),
      held_(config_, deps_),
      builder_(config_, deps_),
      failure_(config_, deps_, held_),
      steps_(config_, deps_, held_, builder_, failure_),
      plan_(steps_.Plan()) {}

Result<HeldBatch*> BatchTasks::Take(int64_t now_us) {
  VARVE_ASSIGN_OR_RETURN(BatchRecord batch, deps_.tracker.GetBatch(config_.name, task_.batch));
  if (batch.owner != task_.owner) {
    return Error{Code::kConflict, "batch " + batch.id + " is held by " + batch.owner + " now"};
  }
  const bool ended = HasEnded(batch.state);
  HeldBatch& held = held_.Add(std::move(batch), !ended);
  if (!ended) VARVE_RETURN_IF_ERROR(held_.Renew(held, now_us));
  return &held;
}

Status BatchTasks::Run(const WorkStep& step, const HeldBatch& held, std::string& data,
                       const std::string& error, int64_t now_us) {
  const std::string name = held.execution;
  const std::string input = EncodeInput(config_.name, task_.batch);
  StepContext context{name, input, data, error, 1, now_us};
  const auto outcome = step.run(context);
  if (!outcome.ok()) return Error(outcome.error()).WithContext(step.name);
  if (!outcome->done) return Error{Code::kThrottled, step.name + ": not yet"};
  return Ok{};
}

Result<BegunBatch> BatchTasks::Begin(int64_t now_us) {
  VARVE_ASSIGN_OR_RETURN(HeldBatch * held, Take(now_us));
  BegunBatch begun;
  VARVE_ASSIGN_OR_RETURN(begun.manifest, builder_.EnsureManifest(held->record));
  begun.job = JobName(config_.name, held->record.id, held->record.fence, 1);
  begun.converted = held->record.state > BatchState::kProcessing;
  std::string none;
  VARVE_RETURN_IF_ERROR(Run(plan_.steps.front(), *held, none, none, now_us));
  if (begun.converted) return begun;
  VARVE_ASSIGN_OR_RETURN(begun.schema,
                         FindVersion(deps_.schemas, config_.name, begun.manifest.schema_version));
  return begun;
}

// What was recorded counts, whatever this workflow's job made.
Result<BatchMemory> BatchTasks::Remembered(const BatchRecord& batch) {
  VARVE_ASSIGN_OR_RETURN(const std::string text,
                         deps_.manifests.Get(ResultKey(batch), kResultBytesMax));
  VARVE_ASSIGN_OR_RETURN(BatchMemory memory, DecodeMemory(text));
  if (!memory.result || memory.result->outputs != batch.outputs) {
    return Error{Code::kCorrupt, ResultKey(batch) + " is not the result that was recorded"};
  }
  return memory;
}

Result<std::string> BatchTasks::Memory(const HeldBatch& held, std::string_view job,
                                       const JobResult& result) {
  if (held.record.state > BatchState::kProcessing) {
    VARVE_ASSIGN_OR_RETURN(const BatchMemory memory, Remembered(held.record));
    return EncodeMemory(memory);
  }
  VARVE_RETURN_IF_ERROR(steps_.CheckResult(held, result, job));
  BatchMemory memory;
  memory.job = job;
  memory.job_owner = task_.owner;
  memory.result = result;
  std::string text = EncodeMemory(memory);
  VARVE_ASSIGN_OR_RETURN([[maybe_unused]] const ObjectInfo put,
                         deps_.manifests.Put(ResultKey(held.record), text, PutCondition::kAlways));
  return text;
}

Status BatchTasks::Commit(std::string_view job, const JobResult& result, int64_t now_us) {
  VARVE_ASSIGN_OR_RETURN(HeldBatch * held, Take(now_us));
  if (held->record.state == BatchState::kFailed) {
    return Error{Code::kConflict, "batch " + held->record.id + " has failed"};
  }
  VARVE_ASSIGN_OR_RETURN(std::string data, Memory(*held, job, result));
  const std::string no_error;
  const auto record = std::find_if(plan_.steps.begin(), plan_.steps.end(),
                                   [](const WorkStep& step) { return step.name == "record"; });
  for (auto step = record; step != plan_.steps.end(); ++step) {
    VARVE_RETURN_IF_ERROR(Run(*step, *held, data, no_error, now_us));
  }
  return Ok{};
}

Status BatchTasks::Fail(std::string_view error, int64_t now_us) {
  VARVE_ASSIGN_OR_RETURN(HeldBatch * held, Take(now_us));
  std::string none;
  return Run(plan_.on_failure, *held, none, std::string(error), now_us);
}

}  // namespace varve
