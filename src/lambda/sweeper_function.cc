// sweeper: what no event will bring about. Files that have waited long enough, batches whose
// workflow is gone, files that no event told of; and how much waits, for the alarms.
#include <nlohmann/json.hpp>

#include "lambda/function.h"
#include "pipeline/dispatch.h"
#include "pipeline/meter.h"
#include "pipeline/reconcile.h"

namespace varve::lambda {
namespace {

using nlohmann::json;

constexpr int kBatchesALook = 25;  // between two looks at the clock
constexpr int64_t kSweepReserveUs =
    10 * kMicrosPerSecond;  // before the deadline, to end in good order

// Reconciling takes longer than one invocation, or one process, may last: each goes on where the
// one before it had to stop, which is kept among the executions.
class Sweeper {
 public:
  explicit Sweeper(FunctionContext& context) : context_(context) {
    place_.execution.name = context.config.name + "/reconcile";
  }

  Result<std::string> Sweep(const Invocation& invocation) {
    deadline_us_ = invocation.deadline_us;
    const int64_t now_us = Now();
    Meter meter(context_.config, context_.deps);
    meter.Announce();
    meter.Waiting(now_us);
    const Status started = StartBatches();
    VARVE_RETURN_IF_ERROR(StepReconcile());
    VARVE_RETURN_IF_ERROR(started);
    return json({{"taken_over", taken_over_}, {"flushed", flushed_}}).dump();
  }

 private:
  int64_t Now() const { return context_.deps.clock.NowUs(); }
  bool HasTime() const { return deadline_us_ == 0 || Now() < deadline_us_ - kSweepReserveUs; }

  // After an outage there may be thousands.
  Status StartBatches() {
    Dispatch dispatch(context_.config, context_.deps, context_.workflow);
    taken_over_ = 0;
    flushed_ = 0;
    bool more = true;
    while (more && HasTime()) {
      VARVE_ASSIGN_OR_RETURN(const int taken_over, dispatch.TakeOver(kBatchesALook, Now()));
      VARVE_ASSIGN_OR_RETURN(const int flushed, dispatch.Flush(kBatchesALook, Now()));
      taken_over_ += taken_over;
      flushed_ += flushed;
      more = taken_over == kBatchesALook || flushed == kBatchesALook;
    }
    return Ok{};
  }

  Status StepReconcile() {
    const int64_t every_us = context_.config.reconcile_every_us;
    if (every_us == 0) return Ok{};
    if (!reconciler_) {
      VARVE_RETURN_IF_ERROR(FindPlace());
      if (place_.data.empty() && Now() < place_.execution.started_us + every_us) return Ok{};
      reconciler_ = std::make_unique<Reconciler>(context_.config, context_.deps, true);
      reconciler_->GoOn(place_.data);
      if (place_.data.empty()) place_.execution.started_us = Now();
    }
    while (HasTime()) {
      VARVE_ASSIGN_OR_RETURN(const bool done, reconciler_->Step(Now()));
      VARVE_RETURN_IF_ERROR(KeepPlace());
      if (!done) continue;
      reconciler_.reset();
      return Ok{};
    }
    return Ok{};
  }

  Status FindPlace() {
    auto kept = context_.deps.executions.Get(place_.execution.name);
    if (kept.ok()) {
      place_ = *std::move(kept);
    } else if (kept.error().code != Code::kNotFound) {
      return std::move(kept).error();
    }
    return Ok{};
  }

  Status KeepPlace() {
    ExecutionRecord next = place_;
    next.execution.state = ExecutionState::kSucceeded;  // nothing that a pipeline could go on with
    next.execution.updated_us = Now();
    next.data = reconciler_->Position();
    ++next.revision;
    auto kept = context_.deps.executions.Put(next);
    if (kept.ok()) {
      place_ = std::move(next);
    } else if (kept.error().code == Code::kConflict) {
      reconciler_.reset();  // another process goes on
    }
    return kept;
  }

  FunctionContext& context_;
  std::unique_ptr<Reconciler> reconciler_;
  ExecutionRecord place_;  // as last kept; `data`: where it is, `started_us`: since when
  int64_t deadline_us_ = 0;
  int taken_over_ = 0;
  int flushed_ = 0;
};

}  // namespace

Function SweeperFunction(FunctionContext& context) {
  return [sweeper = std::make_shared<Sweeper>(context)](const Invocation& invocation) {
    return sweeper->Sweep(invocation);
  };
}

}  // namespace varve::lambda
