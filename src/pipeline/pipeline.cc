#include "pipeline/pipeline.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace varve {
Pipeline::Pipeline(PipelineConfig config, const Deps& deps)
    : config_(std::move(config)),
      deps_(deps),
      held_(config_, deps_),
      builder_(config_, deps_),
      failure_(config_, deps_, held_),
      ingest_(config_, deps_),
      meter_(config_, deps_),
      steps_(config_, deps_, held_, builder_, failure_),
      engine_(deps_.executions, deps_.clock, deps_.random, steps_.Plan()),
      sweeper_(config_, deps_, held_, engine_) {
  meter_.Announce();
}

void Pipeline::Try(std::string_view what, const Status& status) {
  if (status.ok()) return;
  meter_.Failed(what);
  deps_.log.Write(LogLevel::kWarning, "tick_failed",
                  {{"pipeline", config_.name},
                   {"part", what},
                   {"code", CodeName(status.error().code)},
                   {"error", status.error().message}});
}

void Pipeline::WakeAt(int64_t us) { wake_us_ = std::min(wake_us_, us); }

// A last time in the future is one of before the clock was set back.
bool Pipeline::IsTime(int64_t* last_us, int64_t every_us, int64_t now_us) const {
  const int64_t since_us = now_us - *last_us;
  if (*last_us != 0 && since_us >= 0 && since_us < every_us) return false;
  *last_us = now_us;
  return true;
}

TickResult Pipeline::Tick(int64_t now_us) {
  wake_us_ = now_us + config_.tick_us;
  if (started_us_ == 0) started_us_ = now_us;
  if (!adopted_) {
    const Status adopted = sweeper_.AdoptOwn(now_us);
    adopted_ = adopted.ok();
    Try("adopt", adopted);
  }
  Measure(now_us);
  if (mode_ != RunMode::kStop) {
    Receive(now_us);
    Sweep(now_us);
    Flush(now_us);
  }
  AdvanceAll(now_us);
  if (mode_ != RunMode::kStop) StepReconcile(now_us);
  meter_.Batches(held_.size());

  TickResult result;
  if (mode_ == RunMode::kStop) {
    result.idle = held_.size() == 0;
  } else if (mode_ == RunMode::kDrain && held_.size() == 0 && !received_ && !reconciler_) {
    const auto nothing_left = NothingLeft();
    result.idle = nothing_left.ok() && *nothing_left;
  }
  result.next_us = wake_us_;
  return result;
}

void Pipeline::Measure(int64_t now_us) {
  if (!IsTime(&measured_us_, kMicrosPerSecond, now_us)) return;
  if (const auto stats = meter_.Waiting(now_us)) {
    pending_files_ = FilesIn(*stats, FileState::kPending);
  }
}

void Pipeline::Receive(int64_t now_us) {
  received_ = false;
  for (int i = 0; i < config_.receives_max_per_tick; ++i) {
    if (pending_files_ >= config_.pending_max) return;  // backpressure: the queue is the buffer
    const auto messages = ingest_.Poll(now_us);
    if (!messages.ok()) return Try("receive", messages.error());
    received_ = *messages > 0;
    if (!received_) return;
    pending_files_ += static_cast<uint64_t>(*messages);
  }
  WakeAt(now_us);
}

Status Pipeline::FlushOnce(int64_t now_us, bool* claimed) {
  int64_t next_us = 0;
  const bool drain = mode_ == RunMode::kDrain && !received_;
  auto batch = builder_.ClaimDue(drain, now_us, &next_us);
  if (!batch.ok()) {
    WakeAt(now_us + config_.step_retry.delay_us);
    // Another builder was faster: what it left is for the next tick.
    if (batch.error().code == Code::kConflict) return Ok{};
    return std::move(batch).error();
  }
  if (!*batch) {
    if (next_us > 0) WakeAt(next_us);
    return Ok{};
  }
  held_.Add(**std::move(batch), true);
  *claimed = true;
  return Ok{};
}

void Pipeline::Flush(int64_t now_us) {
  bool claimed = true;
  while (claimed && held_.size() < config_.batches_max) {
    claimed = false;
    Try("flush", FlushOnce(now_us, &claimed));
  }
}

void Pipeline::Sweep(int64_t now_us) {
  // Often: what was handed back, or is to be converted once more, has no lease to wait for.
  if (IsTime(&swept_us_, config_.tick_us, now_us)) {
    Try("sweep", sweeper_.AdoptAbandoned(config_.batches_max, now_us));
  }
  if (IsTime(&finished_us_, config_.lease_us / 4, now_us)) {
    Try("sweep", sweeper_.AdoptUnfinished(now_us));
  }
}

void Pipeline::AdvanceAll(int64_t now_us) {
  std::vector<std::string> names;
  for (const auto& [name, held] : held_.all()) names.push_back(name);
  for (const std::string& name : names) {
    if (HeldBatch* held = held_.Find(name)) Advance(*held, now_us);
    // The batch may be gone now, and where it was there may be room for another.
    if (const HeldBatch* held = held_.Find(name)) {
      WakeAt(std::max(held->wake_us, now_us));
    } else {
      WakeAt(now_us);
    }
  }
}

Status Pipeline::Begin(HeldBatch& held, int64_t now_us) {
  auto manifest = builder_.EnsureManifest(held.record);
  if (!manifest.ok()) {
    if (manifest.error().code != Code::kCorrupt) return std::move(manifest).error();
    const std::string error = manifest.error().message;
    VARVE_RETURN_IF_ERROR(failure_.FailBatch(held, error, Blame::kNobody, now_us));
    held.leased = false;
    return Ok{};
  }
  held.manifest = *std::move(manifest);
  VARVE_RETURN_IF_ERROR(
      engine_.Start(held.execution, EncodeInput(held.record.pipeline, held.record.id)));
  held.started = true;
  return Ok{};
}

void Pipeline::Advance(HeldBatch& held, int64_t now_us) {
  if (held_.IsDue(held, now_us)) {
    const Status renewed = held_.Renew(held, now_us);
    if (!renewed.ok() && renewed.error().code == Code::kConflict) {
      return AfterError(held, renewed.error(), now_us);
    }
    Try("renew", renewed);
  }
  const bool far_off = held.wake_us > now_us + kMicrosPerHour;  // the clock was set back
  if (held.wake_us > now_us && !far_off) return;
  if (!held.started) {
    const Status begun = Begin(held, now_us);
    if (!begun.ok()) return AfterError(held, begun.error(), now_us);
    if (!held.started) return Drop(held, now_us);
  }
  const auto progress = engine_.Advance(held.execution, now_us);
  if (!progress.ok()) return AfterError(held, progress.error(), now_us);
  held.failures = 0;
  held.wake_us = progress->wake_us;
  if (progress->state == ExecutionState::kRunning) return;
  if (held.leased) {
    const Status failed =
        failure_.FailBatch(held, "its workflow has ended without it", Blame::kNobody, now_us);
    if (!failed.ok()) return AfterError(held, failed.error(), now_us);
  }
  Drop(held, now_us);
}

void Pipeline::Drop(HeldBatch& held, int64_t now_us) {
  const std::string name = held.execution;
  static_cast<void>(engine_.Release(name, false, now_us));
  held_.Drop(name);
}

void Pipeline::AfterError(HeldBatch& held, const Error& error, int64_t now_us) {
  Try("advance", error);
  if (error.code == Code::kNotFound) held.started = false;  // its execution is lost: start again
  if (error.code == Code::kConflict) {
    static_cast<void>(engine_.Release(held.execution, false, now_us));
    if (!held.leased) return Drop(held, now_us);
    const Status renewed = held_.Renew(held, now_us);
    if (!renewed.ok() && renewed.error().code == Code::kConflict) {
      deps_.log.Write(LogLevel::kWarning, "batch_lost",
                      {{"pipeline", config_.name}, {"batch", held.record.id}});
      return Drop(held, now_us);
    }
  }
  held_.BackOff(held, now_us);
}

bool Pipeline::ReconcileIsDue(int64_t now_us) {
  const int64_t every_us = config_.reconcile_every_us;
  if (every_us == 0) return false;
  // What events under way tell of would look missed, as everything does at the very start.
  const int64_t since_us = now_us - std::max(reconciled_us_, started_us_);
  if (received_ && since_us >= 0 && since_us < 2 * every_us) return false;
  return IsTime(&reconciled_us_, every_us, now_us);
}

void Pipeline::StepReconcile(int64_t now_us) {
  if (!reconciler_) {
    const bool scan =
        config_.scan_every_us != 0 && IsTime(&scanned_us_, config_.scan_every_us, now_us);
    // After a scan, for which new input is no finding.
    if (!scan && !ReconcileIsDue(now_us)) return;
    reconciler_ = std::make_unique<Reconciler>(
        config_, deps_, true, scan ? ReconcileScope::kNewInput : ReconcileScope::kAll);
  }
  const auto done = reconciler_->Step(now_us);
  if (!done.ok()) return Try("reconcile", done.error());
  if (*done) {
    reconciler_.reset();
  } else {
    WakeAt(now_us);
  }
}

Result<bool> Pipeline::NothingLeft() {
  VARVE_ASSIGN_OR_RETURN(const QueueDepth depth, deps_.queue.Depth());
  if (depth.visible + depth.in_flight > 0) return false;
  VARVE_ASSIGN_OR_RETURN(const TrackerStats stats, deps_.tracker.Stats(config_.name));
  if (FilesIn(stats, FileState::kPending) > 0) return false;
  for (const BatchState state : kOpenBatchStates) {
    VARVE_ASSIGN_OR_RETURN(const BatchPage page,
                           deps_.tracker.Batches(config_.name, {state, ""}, "", 1));
    if (!page.batches.empty()) return false;
  }
  return true;
}

void Pipeline::HandBack(int64_t now_us) {
  for (auto& [name, held] : held_.all()) {
    const std::string data = engine_.Release(name, true, now_us);
    if (held.leased) steps_.StopJob(data);
    held_.Release(held, now_us);
  }
  held_.all().clear();
}

}  // namespace varve
