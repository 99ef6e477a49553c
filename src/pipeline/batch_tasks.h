// BatchTasks: the steps of a batch as tasks of a workflow that runs elsewhere (Step Functions),
// each in a process of its own.
//
// What BatchSteps keeps in memory between steps (the fence, the job's result) is found again by
// each task: the lease by its owner, whose name the workflow carries; the result in the manifest
// store. Each task may be repeated, also after it succeeded. kConflict: the batch is another
// owner's now, and this workflow is to end without touching it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "model/manifest.h"
#include "pipeline/batch_memory.h"
#include "pipeline/batch_steps.h"
#include "pipeline/builder.h"
#include "pipeline/config.h"
#include "pipeline/deps.h"
#include "pipeline/failure.h"
#include "pipeline/held_batch.h"
#include "ports/schema_ledger.h"

namespace varve {

struct BatchTask {
  std::string batch;
  std::string owner;  // of the lease
};

struct BegunBatch {
  bool converted = false;  // an owner before this one came so far: nothing is left but to commit
  std::string job;         // what to call the job
  Manifest manifest;
  SchemaVersion schema;  // that the manifest names; version 0: none yet
};

// Not thread-safe. `deps` must outlive it; its jobs and executions are not used.
class BatchTasks {
 public:
  // `config` with the task's owner in place of its own.
  BatchTasks(const PipelineConfig& config, Deps& deps, BatchTask task);

  Result<BegunBatch> Begin(int64_t now_us);
  // `result`: what the job `job` made; ignored when an earlier Commit came so far that the batch is
  // being published.
  Status Commit(std::string_view job, const JobResult& result, int64_t now_us);
  // `error` begins with the name of its code and a colon, which says whether the files are to
  // blame.
  Status Fail(std::string_view error, int64_t now_us);

 private:
  Result<HeldBatch*> Take(int64_t now_us);
  Status Run(const WorkStep& step, const HeldBatch& held, std::string& data,
             const std::string& error, int64_t now_us);
  Result<std::string> Memory(const HeldBatch& held, std::string_view job, const JobResult& result);
  Result<BatchMemory> Remembered(const BatchRecord& batch);

  const PipelineConfig config_;
  Deps& deps_;
  const BatchTask task_;
  HeldBatches held_;
  Builder builder_;
  Failure failure_;
  BatchSteps steps_;
  const Workplan plan_;
};

}  // namespace varve
