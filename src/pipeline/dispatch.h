// Dispatch: from pending files to running workflows, where those run elsewhere (Step Functions).
//
// A process that dies between claiming and starting leaves a batch whose lease ends; TakeOver then
// starts it under another owner. What could not be started gives its lease back at once. Each
// process is an owner of its own.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "pipeline/builder.h"
#include "pipeline/config.h"
#include "pipeline/deps.h"
#include "ports/workflow.h"

namespace varve {

// "orders-2025-01-17-batch-0001-<owner>": the same for the same lease, at most 80 characters of
// [A-Za-z0-9_-] for pipelines and owners of such, as Step Functions asks.
std::string WorkflowName(const BatchRecord& batch);

// Not thread-safe. All must outlive it.
class Dispatch {
 public:
  Dispatch(const PipelineConfig& config, Deps& deps, Workflow& workflow)
      : config_(config), deps_(deps), workflow_(workflow), builder_(config, deps) {}

  // Claims and starts batches of files that were registered just now, as far as they are due by
  // themselves. What else is pending stays for others: a look at all of it costs more than this.
  // Gives the number of batches.
  Result<int> FlushFresh(std::vector<FileRecord> files, int64_t now_us);
  // Claims and starts what is due, at most `batches_max` batches. Gives their number.
  Result<int> Flush(int batches_max, int64_t now_us);
  // The same for batches whose lease ended while no workflow runs for them. One that cannot be
  // started holds up no other, and like one that runs is not looked at again by this object.
  Result<int> TakeOver(int batches_max, int64_t now_us);

 private:
  Status Start(const BatchRecord& batch);
  Status Launch(const BatchRecord& batch, int64_t now_us);
  Result<bool> IsRunning(const BatchRecord& batch);
  Result<bool> TakeOverOne(const BatchRecord& batch, int64_t now_us);
  PipelineConfig SuccessorOf(const BatchRecord& batch) const;

  const PipelineConfig& config_;
  Deps& deps_;
  Workflow& workflow_;
  Builder builder_;
  std::set<std::string> passed_over_;  // batches that TakeOver left alone
};

}  // namespace varve
