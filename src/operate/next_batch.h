// NextBatch: what the next batch will be, and when. Reads what is tracked and changes nothing; its
// cost does not grow with the number of files.
#pragma once

#include <cstdint>

#include "base/result.h"
#include "operate/record_json.h"
#include "pipeline/config.h"
#include "pipeline/flush_policy.h"
#include "ports/file_tracker.h"

namespace varve {

struct NextBatch {
  FlushDecision decision;
  uint64_t bytes = 0;  // of decision.files
};

Result<NextBatch> PlanNextBatch(const PipelineConfig& config, FileTracker& tracker, int64_t now_us);

Json NextBatchJson(const NextBatch& next);

}  // namespace varve
