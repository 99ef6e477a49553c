#include "operate/next_batch.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace varve {

Result<NextBatch> PlanNextBatch(const PipelineConfig& config, FileTracker& tracker,
                                int64_t now_us) {
  const int limit = static_cast<int>(std::max(config.flush.max_files, config.flush.min_files));
  VARVE_ASSIGN_OR_RETURN(const std::vector<FileRecord> pending,
                         tracker.Pending(config.name, now_us, limit));
  NextBatch next;
  next.decision = DecideFlush(pending, config.flush, /*drain=*/false, now_us);
  for (const FileRecord& file : next.decision.files) next.bytes += file.object.size_bytes;
  return next;
}

Json NextBatchJson(const NextBatch& next) {
  const FlushDecision& decision = next.decision;
  Json files = Json::array();
  for (const FileRecord& file : decision.files) files.push_back(file.object.ref.key);
  return {{"trigger", FlushTriggerName(decision.trigger)},
          {"bytes", next.bytes},
          {"files", std::move(files)},
          {"at", TimeOrNull(decision.next_us)}};
}

}  // namespace varve
