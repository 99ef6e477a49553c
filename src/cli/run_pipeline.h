// RunPipeline: one pipeline of `varve run` with everything it reaches the world through.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "adapters/local/directory_event_source.h"
#include "adapters/local/directory_watcher.h"
#include "adapters/local/engine_job_runner.h"
#include "base/log.h"
#include "cli/directories.h"
#include "cli/pipeline_place.h"
#include "cli/run_service.h"
#include "dashboard/alert_memory.h"
#include "pipeline/pipeline.h"

namespace varve::cli {

struct RunPipelineOptions {
  std::string owner;
  uint32_t batches_max = 2;
  uint64_t memory_bytes = 0;                 // of this pipeline
  std::function<void()> wake;                // from any thread: something has happened
  dashboard::AlertMemory* alerts = nullptr;  // remembers them; must outlive the pipeline
};

// Not thread-safe, NotReady excepted.
class RunPipeline {
 public:
  // `metrics` and `log` must outlive it. kInvalidArgument, kPermission, kIo, kNotFound.
  static Result<std::unique_ptr<RunPipeline>> Open(std::shared_ptr<PipelineState> state,
                                                   const PipelineOptions& options,
                                                   const RunPipelineOptions& run, Metrics& metrics,
                                                   Log& log);
  ~RunPipeline();

  void SetMode(RunMode mode) { pipeline_->SetMode(mode); }
  // Takes in what the input tells, then ticks.
  TickResult Tick(int64_t now_us);
  void HandBack(int64_t now_us) { pipeline_->HandBack(now_us); }
  // No more events are taken in.
  void StopWatching();
  // Readable when the input changed; -1: it is not watched.
  int watch_fd() const { return watcher_ == nullptr ? -1 : watcher_->fd(); }

  // Why it cannot do its work, looking at its directories and database; empty: it can.
  std::string NotReady();
  Result<PipelineRunReport> Report();

 private:
  RunPipeline(std::unique_ptr<PipelinePlace> place, Metrics& metrics, Log& log);
  Status RememberFirstSchema();
  Status Begin(const RunPipelineOptions& run);
  Status Watch();
  Status OpenJobs(const RunPipelineOptions& run);
  Result<PipelineRunReport> Totals();
  Result<uint64_t> BatchesSince(int64_t since_us);

  std::unique_ptr<PipelinePlace> place_;
  std::optional<TemporaryDirectory> work_;  // of jobs, where the output is no directory
  Metrics& metrics_;
  Log& log_;
  std::unique_ptr<Notifier> sinks_;
  std::unique_ptr<Notifier> notifier_;
  std::unique_ptr<EngineJobRunner> jobs_;
  std::unique_ptr<Pipeline> pipeline_;
  std::unique_ptr<DirectoryWatcher> watcher_;  // these two: of an input that is a directory
  std::unique_ptr<DirectoryEventSource> source_;
  PipelineRunReport before_;
  int64_t opened_us_ = 0;
};

}  // namespace varve::cli
