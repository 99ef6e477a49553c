// Builder: makes batches of pending files, and the manifest of each. A crash between any two of its
// calls leaves a claimed batch, which whoever holds its lease next brings to the same end.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/batch.h"
#include "model/manifest.h"
#include "pipeline/config.h"
#include "pipeline/deps.h"
#include "pipeline/flush_policy.h"

namespace varve {

// The day a file belongs to: that in its name, else that on which it was first seen.
std::string PartitionDate(const FileRecord& file);

class Builder {
 public:
  Builder(const PipelineConfig& config, Deps& deps) : config_(config), deps_(deps) {}

  // Claims the files of `decision` under a lease. kConflict: another builder was faster.
  Result<BatchRecord> Claim(const FlushDecision& decision, int64_t now_us);

  // Claims what is due of the pending files; `drain`: all of them are. None: nothing is due, and
  // `next_us` (may be null) is when age makes something due, 0: never. As Claim.
  Result<std::optional<BatchRecord>> ClaimDue(bool drain, int64_t now_us, int64_t* next_us);

  // The manifest of `batch`, written if it is not there yet. What is there already wins, save that
  // a rerun is brought to the newest schema. kCorrupt: what is there is no manifest of this batch.
  Result<Manifest> EnsureManifest(const BatchRecord& batch);

 private:
  Result<Manifest> Build(const BatchRecord& batch);
  Result<Manifest> Check(const BatchRecord& batch, const std::string& text) const;
  Result<Manifest> Refresh(const BatchRecord& batch, Manifest manifest);

  const PipelineConfig& config_;
  Deps& deps_;
};

}  // namespace varve
