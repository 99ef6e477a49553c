// Meter: the pipeline's metrics, named in one place (docs/reference/metrics.md).
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "model/batch.h"
#include "pipeline/config.h"
#include "pipeline/deps.h"

namespace varve {

class Meter {
 public:
  Meter(const PipelineConfig& config, Deps& deps) : config_(config), deps_(deps) {}

  void Backlog(const TrackerStats& stats, int64_t now_us);
  void Queue(const QueueDepth& depth);
  void Batches(size_t running);
  // `files` as they were tracked before the batch was completed.
  void Completed(const BatchRecord& batch, const std::vector<FileOutcome>& outcomes,
                 const std::vector<FileRecord>& files, int64_t now_us);
  void Failed(std::string_view reason);

 private:
  void Count(std::string_view name, double by);
  void Set(std::string_view name, double value);

  const PipelineConfig& config_;
  Deps& deps_;
};

}  // namespace varve
