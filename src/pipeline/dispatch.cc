#include "pipeline/dispatch.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "pipeline/batch_memory.h"
#include "pipeline/flush_policy.h"
#include "pipeline/sweeper.h"

namespace varve {
namespace {

// Among them are those whose workflow runs longer than the lease, and they come first.
constexpr int kAbandonedMax = 1000;
constexpr int kFailuresMax = 5;  // of one look: more is an outage

}  // namespace

std::string WorkflowName(const BatchRecord& batch) {
  std::string name = batch.pipeline + "-" + batch.id + "-" + batch.owner;
  std::replace(name.begin(), name.end(), '/', '-');
  return name;
}

Status Dispatch::Start(const BatchRecord& batch) {
  VARVE_ASSIGN_OR_RETURN([[maybe_unused]] const Manifest manifest, builder_.EnsureManifest(batch));
  return workflow_.Start(WorkflowName(batch), EncodeInput(batch.pipeline, batch.id, batch.owner));
}

Status Dispatch::Launch(const BatchRecord& batch, int64_t now_us) {
  Status started = Start(batch);
  if (!started.ok()) {
    // So that the next sweep takes it over, and not one that comes after the lease. Should the
    // workflow run after all, it is found running.
    static_cast<void>(deps_.tracker.Lease(batch.pipeline, batch.id, batch.owner, now_us, 0));
    return started;
  }
  deps_.log.Write(LogLevel::kInfo, "workflow_started",
                  {{"pipeline", config_.name},
                   {"batch", batch.id},
                   {"files", batch.files.size()},
                   {"execution", WorkflowName(batch)}});
  return Ok{};
}

Result<int> Dispatch::FlushFresh(std::vector<FileRecord> files, int64_t now_us) {
  for (int started = 0;; ++started) {
    const FlushDecision decision = DecideFlush(files, config_.flush, false, now_us);
    if (decision.files.empty()) return started;
    const auto claimed = builder_.Claim(decision, now_us);
    if (!claimed.ok() && claimed.error().code == Code::kConflict) return started;
    if (!claimed.ok()) return claimed.error();
    VARVE_RETURN_IF_ERROR(Launch(*claimed, now_us));
    files.erase(files.begin(), files.begin() + static_cast<std::ptrdiff_t>(decision.files.size()));
  }
}

Result<int> Dispatch::Flush(int batches_max, int64_t now_us) {
  int started = 0;
  while (started < batches_max) {
    auto claimed = builder_.ClaimDue(false, now_us, nullptr);
    if (!claimed.ok()) {
      // Another builder was faster; what it left is for the next look.
      if (claimed.error().code == Code::kConflict) return started;
      return std::move(claimed).error();
    }
    if (!*claimed) return started;
    VARVE_RETURN_IF_ERROR(Launch(**claimed, now_us));
    ++started;
  }
  return started;
}

Result<bool> Dispatch::IsRunning(const BatchRecord& batch) {
  const auto execution = workflow_.Describe(WorkflowName(batch));
  if (execution.ok()) return execution->state == ExecutionState::kRunning;
  if (execution.error().code == Code::kNotFound) return false;
  return execution.error();
}

// A workflow starts once under one name, which is made of the batch and the owner: whoever takes a
// batch over from himself needs another one.
PipelineConfig Dispatch::SuccessorOf(const BatchRecord& batch) const {
  PipelineConfig config = config_;
  if (batch.owner.starts_with(config_.owner)) {
    config.owner.append("-").append(std::to_string(batch.fence));
  }
  return config;
}

Result<bool> Dispatch::TakeOverOne(const BatchRecord& batch, int64_t now_us) {
  // A long conversion outlives its lease, which nothing renews meanwhile.
  VARVE_ASSIGN_OR_RETURN(const bool running, IsRunning(batch));
  if (running) return false;
  VARVE_ASSIGN_OR_RETURN(const auto leased,
                         varve::TakeOver(SuccessorOf(batch), deps_, batch, now_us));
  if (!leased) return false;
  VARVE_RETURN_IF_ERROR(Launch(*leased, now_us));
  return true;
}

Result<int> Dispatch::TakeOver(int batches_max, int64_t now_us) {
  VARVE_ASSIGN_OR_RETURN(const auto abandoned,
                         deps_.tracker.Abandoned(config_.name, now_us, kAbandonedMax));
  int started = 0;
  int failures = 0;
  for (const BatchRecord& batch : abandoned) {
    if (started == batches_max) break;
    if (passed_over_.contains(batch.id)) continue;
    const auto taken = TakeOverOne(batch, now_us);
    if (taken.ok() && *taken) {
      ++started;
      continue;
    }
    passed_over_.insert(batch.id);
    if (taken.ok()) continue;
    deps_.log.Write(
        LogLevel::kWarning, "batch_not_started",
        {{"pipeline", config_.name}, {"batch", batch.id}, {"error", taken.error().message}});
    if (++failures == kFailuresMax) return taken.error();
  }
  return started;
}

}  // namespace varve
