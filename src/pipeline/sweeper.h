// Sweeper: finds what processes that died, or lost track, have left behind, and takes it over.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/result.h"
#include "pipeline/config.h"
#include "pipeline/deps.h"
#include "pipeline/held_batch.h"
#include "workflow/step_engine.h"

namespace varve {

// Takes over a batch that was found abandoned: its new lease; none: somebody else was faster, or it
// ended meanwhile.
Result<std::optional<BatchRecord>> TakeOver(const PipelineConfig& config, Deps& deps,
                                            const BatchRecord& batch, int64_t now_us);

class Sweeper {
 public:
  Sweeper(const PipelineConfig& config, Deps& deps, HeldBatches& held, StepEngine& engine)
      : config_(config), deps_(deps), held_(held), engine_(engine) {}

  // Takes back the batches that an earlier process of the same owner held. Once, at the start.
  Status AdoptOwn(int64_t now_us);
  // Takes over batches whose lease has ended, at most `batches_max`.
  Status AdoptAbandoned(size_t batches_max, int64_t now_us);
  // Takes over workflows whose batch has ended but which have not, and ends those that have
  // nothing left to do.
  Status AdoptUnfinished(int64_t now_us);

 private:
  Status Adopt(const BatchRecord& batch, int64_t now_us);
  Status Finish(const ExecutionRecord& record, int64_t now_us);

  const PipelineConfig& config_;
  Deps& deps_;
  HeldBatches& held_;
  StepEngine& engine_;
};

}  // namespace varve
