#include "pipeline/sweeper.h"

#include <string>

#include "model/names.h"
#include "pipeline/batch_memory.h"
#include "pipeline/batch_steps.h"

namespace varve {
namespace {

constexpr int kSweepPage = 100;

}  // namespace

Result<std::optional<BatchRecord>> TakeOver(const PipelineConfig& config, Deps& deps,
                                            const BatchRecord& batch, int64_t now_us) {
  auto leased =
      deps.tracker.Lease(config.name, batch.id, config.owner, now_us, now_us + config.lease_us);
  if (!leased.ok()) {
    if (leased.error().code == Code::kConflict) return std::optional<BatchRecord>();
    return std::move(leased).error();
  }
  deps.log.Write(LogLevel::kWarning, "batch_taken_over",
                 {{"pipeline", config.name},
                  {"batch", batch.id},
                  {"from", batch.owner},
                  {"state", BatchStateName(batch.state)},
                  {"fence", leased->fence}});
  return std::optional<BatchRecord>(std::move(leased).value());
}

Status Sweeper::Adopt(const BatchRecord& batch, int64_t now_us) {
  VARVE_ASSIGN_OR_RETURN(auto leased, TakeOver(config_, deps_, batch, now_us));
  if (leased) held_.Add(*std::move(leased), true);
  return Ok{};
}

Status Sweeper::AdoptOwn(int64_t now_us) {
  for (const BatchState state : kOpenBatchStates) {
    std::string after;
    do {
      VARVE_ASSIGN_OR_RETURN(const BatchPage page,
                             deps_.tracker.Batches(config_.name, {state, ""}, after, kSweepPage));
      for (const BatchRecord& batch : page.batches) {
        if (batch.owner != config_.owner || held_.Holds(batch.id)) continue;
        VARVE_RETURN_IF_ERROR(Adopt(batch, now_us));
      }
      after = page.next;
    } while (!after.empty());
  }
  return Ok{};
}

Status Sweeper::AdoptAbandoned(size_t batches_max, int64_t now_us) {
  if (held_.size() >= batches_max) return Ok{};
  VARVE_ASSIGN_OR_RETURN(const auto abandoned,
                         deps_.tracker.Abandoned(config_.name, now_us, kSweepPage));
  for (const BatchRecord& batch : abandoned) {
    if (held_.size() >= batches_max) break;
    if (held_.Holds(batch.id)) continue;
    VARVE_RETURN_IF_ERROR(Adopt(batch, now_us));
  }
  return Ok{};
}

Status Sweeper::Finish(const ExecutionRecord& record, int64_t now_us) {
  const std::string& name = record.execution.name;
  const int64_t quiet_us = now_us - record.execution.updated_us;
  const bool quiet = quiet_us > config_.lease_us || quiet_us < -config_.lease_us;
  if (held_.Find(name) != nullptr || !quiet) return Ok{};
  VARVE_ASSIGN_OR_RETURN(const std::string id, BatchOfInput(record.execution.input));
  VARVE_ASSIGN_OR_RETURN(BatchRecord batch, deps_.tracker.GetBatch(config_.name, id));
  const bool current = ExecutionName(batch.pipeline, batch.id, batch.reruns) == name;
  if (current && batch.state < BatchState::kCompleted) return Ok{};  // its lease decides
  // The last steps of one that is completed, or the alert of one that failed.
  const bool failing = record.execution.step == BatchSteps::kFailStep;
  if (current && (failing || batch.state == BatchState::kCompleted)) {
    held_.Add(std::move(batch), false);
    return Ok{};
  }
  auto ended = engine_.Abort(name, "its batch has ended: " + batch.error, now_us);
  if (!ended.ok() && ended.error().code != Code::kConflict) return ended;
  return Ok{};
}

Status Sweeper::AdoptUnfinished(int64_t now_us) {
  const std::string prefix = config_.name + "/";
  std::string after = prefix;
  while (true) {
    VARVE_ASSIGN_OR_RETURN(const auto records, deps_.executions.Running(after, kSweepPage));
    for (const ExecutionRecord& record : records) {
      if (!record.execution.name.starts_with(prefix)) return Ok{};
      VARVE_RETURN_IF_ERROR(Finish(record, now_us));
      after = record.execution.name;
    }
    if (records.size() < static_cast<size_t>(kSweepPage)) return Ok{};
  }
}

}  // namespace varve
