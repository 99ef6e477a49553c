// Reprocess: converts completed files once more and replaces their rows, and no others.
//
// Rows live in objects that a whole batch shares, so whole batches are converted again: each that
// contains a file asked for. A batch makes the same object names whenever it runs, so each new
// object takes the place of its predecessor, and what the new run no longer makes is removed. Until
// then readers see the rows of before; a run that fails leaves them as they were. A batch of which
// a source is gone (deleted or moved after it was converted, or overwritten), or of which a file
// was left out, is refused.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "pipeline/config.h"
#include "pipeline/deps.h"

namespace varve {

// Completed files that meet all that is set; kInvalidArgument when nothing is.
struct ReprocessRequest {
  std::optional<std::string> key;
  std::optional<std::string> partition;  // YYYY-MM-DD
  std::optional<int64_t> since_us;       // completed then or later
  std::string by;                        // who asks: for the files' history
};

struct ReprocessReport {
  struct Refusal {
    std::string batch;
    std::string reason;
  };
  std::vector<std::string> batches;  // reopened: a running pipeline takes them up
  uint64_t files = 0;                // in them
  std::vector<Refusal> refused;
};

// Repeatable: a batch that is being converted again already is refused as such.
Result<ReprocessReport> Reprocess(const PipelineConfig& config, Deps& deps,
                                  const ReprocessRequest& request, int64_t now_us);

}  // namespace varve
