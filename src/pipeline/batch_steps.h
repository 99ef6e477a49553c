// BatchSteps: what is done for one batch, as steps of a workflow:
//
//   begin     claimed -> processing
//   convert   the job runs until it ends; what it made is staged
//   record    the schema ledger, then processing -> publishing: outputs are known before visible
//   publish   staged objects become visible
//   complete  publishing -> completed, with the accounting of every file, in one transaction
//   dispose   sources are kept, tagged, moved or deleted; leftovers of staging go
//   fail      the catch: takes back, fails the batch, alerts
//
// Each may be repeated after a crash at any point of it, by another process too. One that finds the
// batch further on does nothing.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "pipeline/batch_memory.h"
#include "pipeline/builder.h"
#include "pipeline/config.h"
#include "pipeline/deps.h"
#include "pipeline/failure.h"
#include "pipeline/held_batch.h"
#include "pipeline/meter.h"
#include "workflow/step_engine.h"

namespace varve {

class BatchSteps {
 public:
  static constexpr std::string_view kFailStep = "fail";

  BatchSteps(const PipelineConfig& config, Deps& deps, HeldBatches& held, Builder& builder,
             Failure& failure)
      : config_(config),
        deps_(deps),
        held_(held),
        builder_(builder),
        failure_(failure),
        meter_(config, deps) {}

  Workplan Plan();

  // Whether `result` is one that `job` may have made of the batch: all its files, and nothing else.
  Status CheckResult(const HeldBatch& held, const JobResult& result, std::string_view job) const;

  // Asks the job that `data` (of an execution) remembers to stop.
  void StopJob(std::string_view data);

 private:
  using Outcome = Result<StepOutcome>;

  Outcome Begin(HeldBatch& held, StepContext& context);
  Outcome Convert(HeldBatch& held, StepContext& context);
  Outcome StartJob(HeldBatch& held, StepContext& context, BatchMemory memory);
  Outcome EndJob(const HeldBatch& held, StepContext& context, BatchMemory memory, JobResult result);
  Outcome Record(HeldBatch& held, StepContext& context);
  Outcome Publish(HeldBatch& held, StepContext& context);
  Outcome Complete(HeldBatch& held, StepContext& context);
  Outcome Dispose(HeldBatch& held, StepContext& context);
  Outcome Fail(HeldBatch& held, StepContext& context);

  // A step with work to do while the batch is in the state `during`. Past it the step is done. A
  // record before it is one that this process has from before another took the batch over: what the
  // step would do by it, or leave undone, would be wrong.
  WorkStep MakeStep(std::string name, Outcome (BatchSteps::*run)(HeldBatch&, StepContext&),
                    std::optional<BatchState> during = std::nullopt);
  void MarkMissing(const JobResult& result, int64_t now_us);
  void OnError(const Execution& execution, const Error& error, bool retrying);

  const PipelineConfig& config_;
  Deps& deps_;
  HeldBatches& held_;
  Builder& builder_;
  Failure& failure_;
  Meter meter_;
};

}  // namespace varve
