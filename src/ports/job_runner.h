// JobRunner: converts the files of a manifest into staged Parquet. Glue's StartJobRun in shape: a
// job is started under a name of the caller's, and asked after until it ends.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/batch.h"
#include "model/manifest.h"
#include "model/schema.h"

namespace varve {

enum class JobState { kRunning, kSucceeded, kFailed };

struct JobResult {
  std::vector<BatchOutput> outputs;   // staged, not visible to readers
  std::vector<FileOutcome> outcomes;  // one a file of the manifest
  std::vector<ObjectRef> missing;     // files whose version is gone (their outcome has an error)
  Schema schema;                      // that of the manifest's schema version, and all values read
};

struct JobStatus {
  JobState state = JobState::kRunning;
  Code code = Code::kInternal;  // kFailed: IsRetryable(code) says whether to try again
  std::string error;            // kFailed
  JobResult result;             // kSucceeded
};

class JobRunner {
 public:
  virtual ~JobRunner() = default;

  // Idempotent by `name`: starting a running or finished job again changes nothing. kThrottled when
  // too many run. Everything is staged under StagingPrefix(name) (model/names.h), so that jobs of
  // different names, such as that of a predecessor thought dead, never touch each other's files.
  // A job that was started by a process that died may be started again: it overwrites what it had
  // staged.
  virtual Status Start(std::string_view name, const Manifest& manifest) = 0;
  // kNotFound: never started, or so long ago (or before a crash) that it is forgotten.
  virtual Result<JobStatus> Describe(std::string_view name) = 0;
  // Asks a running job to stop; it ends as kFailed with kCancelled. Idempotent.
  virtual Status Stop(std::string_view name) = 0;
};

}  // namespace varve
