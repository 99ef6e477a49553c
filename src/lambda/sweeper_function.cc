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

constexpr int kBatchesASweep = 100;
constexpr int64_t kSweepReserveUs =
    10 * kMicrosPerSecond;  // before the deadline, to end in good order

// Goes on where the last invocation of this process had to stop.
class Sweeper {
 public:
  explicit Sweeper(FunctionContext& context) : context_(context) {}

  Result<std::string> Sweep(const Invocation& invocation) {
    const int64_t now_us = Now();
    Meter meter(context_.config, context_.deps);
    meter.Announce();
    meter.Waiting(now_us);
    Dispatch dispatch(context_.config, context_.deps, context_.workflow);
    VARVE_ASSIGN_OR_RETURN(const int taken_over, dispatch.TakeOver(kBatchesASweep, now_us));
    VARVE_ASSIGN_OR_RETURN(const int flushed, dispatch.Flush(kBatchesASweep, now_us));
    VARVE_RETURN_IF_ERROR(StepReconcile(invocation.deadline_us));
    return json({{"taken_over", taken_over}, {"flushed", flushed}}).dump();
  }

 private:
  int64_t Now() const { return context_.deps.clock.NowUs(); }

  Status StepReconcile(int64_t deadline_us) {
    const int64_t every_us = context_.config.reconcile_every_us;
    if (!reconciler_ && (every_us == 0 || Now() < reconciled_us_ + every_us)) return Ok{};
    if (!reconciler_) {
      reconciler_ = std::make_unique<Reconciler>(context_.config, context_.deps, true);
      reconciled_us_ = Now();
    }
    while (deadline_us == 0 || Now() < deadline_us - kSweepReserveUs) {
      VARVE_ASSIGN_OR_RETURN(const bool done, reconciler_->Step(Now()));
      if (!done) continue;
      reconciler_.reset();
      return Ok{};
    }
    return Ok{};
  }

  FunctionContext& context_;
  std::unique_ptr<Reconciler> reconciler_;
  int64_t reconciled_us_ = 0;
};

}  // namespace

Function SweeperFunction(FunctionContext& context) {
  return [sweeper = std::make_shared<Sweeper>(context)](const Invocation& invocation) {
    return sweeper->Sweep(invocation);
  };
}

}  // namespace varve::lambda
