// VerifyOutputs: reads what a batch wrote once more, and compares it with what is recorded of it.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "cli/pipeline_place.h"
#include "model/batch.h"

namespace varve::cli {

struct OutputProblem {
  std::string batch;
  std::string key;   // empty: the batch as a whole
  std::string what;  // and how to mend it

  bool operator==(const OutputProblem&) const = default;
};

struct VerifyTally {
  uint64_t batches = 0;
  uint64_t outputs = 0;
  uint64_t bytes = 0;
  uint64_t rows = 0;
};

// Checks hashes, sizes, the CRC of every page, rows and quarantined lines of a completed batch.
// What is wrong is added to `problems`; an error is that looking was not possible. `directory` is
// for temporary files.
Status VerifyBatch(PipelinePlace& place, const BatchRecord& batch, const std::string& directory,
                   VerifyTally* tally, std::vector<OutputProblem>* problems);

}  // namespace varve::cli
