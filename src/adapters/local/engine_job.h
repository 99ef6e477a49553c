// EngineJob: one manifest converted, start to end. What EngineJobRunner's threads run.
#pragma once

#include <atomic>
#include <string>

#include "adapters/local/engine_job_runner.h"

namespace varve {

// Converts the files of `manifest`, as job `name`, within `directory`, which is made for it and
// removed after. A failure of the job as a whole is the Result's; that of one file is in its
// outcome. Thread-safe.
Result<JobResult> RunEngineJob(const EngineJobOptions& options, const std::string& name,
                               const Manifest& manifest, const std::string& directory,
                               ObjectStore* input, ObjectStore* output, SchemaLedger* ledger,
                               const std::atomic<bool>* cancel);

}  // namespace varve
