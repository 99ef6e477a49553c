// Meter: measures one pipeline (pipeline/metric_catalog.h says what there is).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "model/batch.h"
#include "pipeline/config.h"
#include "pipeline/deps.h"

namespace varve {

class Meter {
 public:
  Meter(const PipelineConfig& config, Deps& deps) : config_(config), deps_(deps) {}

  // Makes every counter known while it is 0, so that its first increase is seen as one.
  void Announce();
  // Looks at what waits, tracked and in the queue, and measures it. None: the tracker cannot be
  // read.
  std::optional<TrackerStats> Waiting(int64_t now_us);
  void Batches(size_t running);
  // `files` as they were tracked before the batch was completed.
  void Completed(const BatchRecord& batch, const std::vector<FileOutcome>& outcomes,
                 const std::vector<FileRecord>& files, int64_t now_us);
  void Failed(std::string_view reason);
  void GivenUp() { CountEnded(FileState::kFailed, 1); }  // a file failed for good

 private:
  void Backlog(const TrackerStats& stats, int64_t now_us);
  void Queue(const QueueDepth& depth);
  void CountEnded(FileState state, double files);
  void Count(std::string_view name, double by);
  void Set(std::string_view name, double value);

  const PipelineConfig& config_;
  Deps& deps_;
};

}  // namespace varve
