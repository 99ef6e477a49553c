// Disposition: what becomes of sources whose rows are committed.
#pragma once

#include "base/result.h"
#include "pipeline/batch_memory.h"
#include "pipeline/config.h"
#include "pipeline/deps.h"

namespace varve {

// Keeps, tags, moves or deletes each file of `batch` that was converted; exactly the version that
// was, so one that was overwritten meanwhile stays. Repeatable. Only retryable errors come back:
// one that waiting does not mend is logged, counted and passed over, for the data is safe.
Status DisposeSources(const PipelineConfig& config, Deps& deps, const BatchRecord& batch,
                      const std::vector<FileOutcome>& outcomes);

}  // namespace varve
