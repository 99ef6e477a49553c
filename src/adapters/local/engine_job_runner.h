// EngineJobRunner: jobs run by this process's own engine, in a pool of threads.
//
// A job brings the versions that the manifest names to a directory of its own, converts them with
// the batch as their name, and writes what came out under staging keys of the output. The same
// manifest gives the same bytes, so a job that is run again replaces what it staged with its like.
// A file that is gone or bad is left out and told of; the others go on.
//
// The working directory should be on the output's file system, where writing an object is then a
// rename. Several processes may share it: what one that died left there is removed when the next
// begins. Thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "etl/convert/convert.h"
#include "ports/job_runner.h"
#include "ports/object_store.h"
#include "ports/schema_ledger.h"

namespace varve {

struct EngineJobOptions {
  // How to convert. Inputs, output, names, dates, batch and schema are set by each job; threads and
  // memory are what one job may use.
  ConvertOptions convert;
  std::string work_directory;    // made when it is not there
  int jobs_max = 1;              // at a time; Start beyond gives kThrottled
  std::function<void()> on_end;  // may be null; called in a job's thread when the job has ended
};

class EngineJobRunner : public JobRunner {
 public:
  // The stores and the ledger must outlive the runner. kIo, kPermission when there is no making the
  // working directory.
  static Result<std::unique_ptr<EngineJobRunner>> Open(EngineJobOptions options, ObjectStore* input,
                                                       ObjectStore* output, SchemaLedger* ledger);
  ~EngineJobRunner() override;  // stops all jobs and waits for them

  Status Start(std::string_view name, const Manifest& manifest) override;
  Result<JobStatus> Describe(std::string_view name) override;
  Status Stop(std::string_view name) override;

 private:
  struct State;
  explicit EngineJobRunner(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace varve
