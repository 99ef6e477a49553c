// Pipeline: one configured pipeline, as a state machine driven by ticks.
//
// A tick receives events, makes batches of what is due, moves every running batch on by one step,
// takes over what others abandoned and reconciles on schedule; then it says when it wants the next.
// It never waits, and reads no clock but the time it is given. All that matters is in the ports: a
// process may die at any point and another, or several, go on. Not thread-safe.
#pragma once

#include <cstdint>
#include <memory>

#include "base/result.h"
#include "pipeline/batch_steps.h"
#include "pipeline/builder.h"
#include "pipeline/config.h"
#include "pipeline/deps.h"
#include "pipeline/failure.h"
#include "pipeline/held_batch.h"
#include "pipeline/ingest.h"
#include "pipeline/meter.h"
#include "pipeline/reconcile.h"
#include "pipeline/sweeper.h"
#include "workflow/step_engine.h"

namespace varve {

enum class RunMode {
  kServe,  // go on for ever
  kDrain,  // what is pending is due at once; idle when all is done (`varve run --once`)
  kStop,   // finish the running batches and begin nothing
};

struct TickResult {
  int64_t next_us = 0;  // when the next tick has something to do; at once if not later than now
  bool idle = false;    // kDrain, kStop: there is nothing left to do
};

class Pipeline {
 public:
  // Objects in `deps` must outlive it.
  Pipeline(PipelineConfig config, const Deps& deps);

  void SetMode(RunMode mode) { mode_ = mode; }

  // Errors of ports are logged, counted and met with another try later; none stops it.
  TickResult Tick(int64_t now_us);

  // Stops the jobs of all running batches and gives their leases back, so that another process, or
  // this one when it is back, goes on with them at once. Nothing may follow but destruction.
  void HandBack(int64_t now_us);

  size_t running() const { return held_.size(); }

 private:
  void Try(std::string_view what, const Status& status);
  void WakeAt(int64_t us);
  void Receive(int64_t now_us);
  void Flush(int64_t now_us);
  Status FlushOnce(int64_t now_us, bool* claimed);
  void AdvanceAll(int64_t now_us);
  void Advance(HeldBatch& held, int64_t now_us);
  Status Begin(HeldBatch& held, int64_t now_us);
  void Drop(HeldBatch& held, int64_t now_us);
  void AfterError(HeldBatch& held, const Error& error, int64_t now_us);
  void Sweep(int64_t now_us);
  void StepReconcile(int64_t now_us);
  bool ReconcileIsDue(int64_t now_us);
  void Measure(int64_t now_us);
  Result<bool> NothingLeft();
  bool IsTime(int64_t* last_us, int64_t every_us, int64_t now_us) const;

  const PipelineConfig config_;
  Deps deps_;
  HeldBatches held_;
  Builder builder_;
  Failure failure_;
  Ingest ingest_;
  Meter meter_;
  BatchSteps steps_;
  StepEngine engine_;
  Sweeper sweeper_;
  std::unique_ptr<Reconciler> reconciler_;  // while one runs
  RunMode mode_ = RunMode::kServe;
  bool adopted_ = false;        // what an earlier process of this owner held
  bool received_ = false;       // the last look at the queue found something
  uint64_t pending_files_ = 0;  // at the last measurement
  int64_t wake_us_ = 0;         // of this tick
  int64_t swept_us_ = 0;        // for abandoned batches
  int64_t finished_us_ = 0;     // for unfinished executions
  int64_t started_us_ = 0;      // the first tick
  int64_t reconciled_us_ = 0;
  int64_t scanned_us_ = 0;
  int64_t measured_us_ = 0;
};

}  // namespace varve
