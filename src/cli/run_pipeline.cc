#include "cli/run_pipeline.h"

#include <unistd.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "base/clock.h"
#include "base/random.h"
#include "cli/engine_flags.h"
#include "cli/operator_deps.h"
#include "cli/run_notifier.h"
#include "pipeline/event.h"
#include "pipeline/metric_catalog.h"

namespace varve::cli {
namespace {

constexpr int kPageBatches = 200;

// A bucket tells nothing by itself, and looking at all of it costs requests: what it is asked for
// on schedule is new input, not what `varve reconcile` looks for.
void TuneForBuckets(const PipelineOptions& options, PipelineConfig* config) {
  if (IsInS3(options.output)) config->reconcile_every_us = 0;
  if (!IsInS3(options.input)) return;
  config->scan_every_us = options.scan_every_us;
  // An object is whole when it is seen, and without a queue no event of it is on its way.
  if (options.queue_url.empty()) config->settle_us = 0;
}

}  // namespace

Result<std::unique_ptr<RunPipeline>> RunPipeline::Open(std::shared_ptr<PipelineState> state,
                                                       const PipelineOptions& options,
                                                       const RunPipelineOptions& run,
                                                       Metrics& metrics, Log& log) {
  VARVE_ASSIGN_OR_RETURN(auto place, OpenPipelinePlace(std::move(state), options));
  std::unique_ptr<RunPipeline> pipeline(new RunPipeline(std::move(place), metrics, log));
  VARVE_RETURN_IF_ERROR(pipeline->RememberFirstSchema());
  VARVE_RETURN_IF_ERROR(pipeline->OpenJobs(run));
  VARVE_RETURN_IF_ERROR(pipeline->Begin(run));
  VARVE_RETURN_IF_ERROR(pipeline->Watch());
  return pipeline;
}

RunPipeline::RunPipeline(std::unique_ptr<PipelinePlace> place, Metrics& metrics, Log& log)
    : place_(std::move(place)), metrics_(metrics), log_(log) {}

RunPipeline::~RunPipeline() = default;

// The configured schema is where the ledger begins; from then on the ledger is what counts.
Status RunPipeline::RememberFirstSchema() {
  const PipelineOptions& options = place_->options;
  if (options.schema_file.empty()) return Ok{};
  VARVE_ASSIGN_OR_RETURN(const SchemaVersion latest, place_->ledger->Latest(options.name()));
  if (latest.version != 0) return Ok{};
  SchemaVersion first;
  first.version = 1;
  VARVE_ASSIGN_OR_RETURN(first.schema, ReadSchemaFile(options.schema_file));
  first.created_us = SystemClock().NowUs();
  first.pinned = options.convert.mode != SchemaMode::kEvolve;
  Status appended = place_->ledger->Append(options.name(), first);
  const bool other_was_faster = !appended.ok() && appended.error().code == Code::kConflict;
  return other_was_faster ? Status(Ok{}) : appended;
}

Status RunPipeline::OpenJobs(const RunPipelineOptions& run) {
  EngineJobOptions jobs;
  jobs.convert = place_->options.convert;
  jobs.work_directory = WorkDirectory(place_->options);
  if (jobs.work_directory.empty()) {
    VARVE_ASSIGN_OR_RETURN(TemporaryDirectory work, TemporaryDirectory::Make("varve-run"));
    work_.emplace(std::move(work));
    jobs.work_directory = work_->path();
  }
  jobs.jobs_max = static_cast<int>(run.batches_max);
  jobs.on_end = run.wake;
  const int cpus = std::max(1, static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN)));
  jobs.convert.threads = std::max(1, cpus / jobs.jobs_max);
  jobs.convert.memory_bytes = run.memory_bytes / run.batches_max;
  VARVE_ASSIGN_OR_RETURN(jobs_, EngineJobRunner::Open(std::move(jobs), place_->input.get(),
                                                      place_->output.get(), place_->ledger.get()));
  return Ok{};
}

Status RunPipeline::Begin(const RunPipelineOptions& run) {
  const PipelineOptions& options = place_->options;
  PipelineConfig config = options.pipeline;
  config.owner = run.owner;
  config.batches_max = run.batches_max;
  TuneForBuckets(options, &config);
  sinks_ = std::make_unique<RunNotifier>(options, log_, metrics_);
  notifier_ = std::make_unique<dashboard::RememberingNotifier>(*sinks_, *run.alerts, SystemClock());
  pipeline_ = std::make_unique<Pipeline>(
      config, Deps{*place_->input, *place_->output, *place_->manifests, *place_->queue,
                   *place_->tracker, *jobs_, *place_->executions, *place_->ledger, *notifier_,
                   metrics_, log_, SystemClock(), SystemRandom(), SchemaJoinOf(options)});
  VARVE_ASSIGN_OR_RETURN(before_, Totals());
  opened_us_ = SystemClock().NowUs();
  return Ok{};
}

Status RunPipeline::Watch() {
  const PipelineOptions& options = place_->options;
  if (IsInS3(options.input)) return Ok{};
  VARVE_ASSIGN_OR_RETURN(watcher_, DirectoryWatcher::Open(options.input));
  EventSourceSettings settings;
  settings.settle_us = options.pipeline.settle_us;
  settings.scan_every_us = options.scan_every_us;
  const auto known = [place = place_.get()](const ObjectRef& ref) -> Result<bool> {
    const auto file = place->tracker->Get(place->options.name(), ref);
    if (!file.ok() && file.error().code != Code::kNotFound) return file.error();
    return file.ok();
  };
  source_ = std::make_unique<DirectoryEventSource>(
      *watcher_, *place_->input, *place_->queue, SystemClock(), settings, known, CreatedEventBody);
  return Ok{};
}

void RunPipeline::StopWatching() {
  source_.reset();
  watcher_.reset();
}

TickResult RunPipeline::Tick(int64_t now_us) {
  int64_t poll_us = std::numeric_limits<int64_t>::max();
  bool told = true;  // all that the input has to tell
  if (source_ != nullptr) {
    const Result<int64_t> polled = source_->Poll();
    told = polled.ok() && source_->Idle();
    poll_us = polled.ok() ? *polled : now_us + kMicrosPerSecond;
    if (!polled.ok()) {
      CountFailure(metrics_, place_->options.name(), "watch", 1);
      log_.Write(LogLevel::kWarning, "watch_failed",
                 {{"pipeline", place_->options.name()}, {"error", polled.error().message}});
    }
  }
  TickResult result = pipeline_->Tick(now_us);
  result.next_us = std::min(result.next_us, poll_us);
  result.idle = result.idle && told;
  return result;
}

std::string RunPipeline::NotReady() {
  const PipelineOptions& options = place_->options;
  const std::string who = "pipeline " + options.name() + ": ";
  if (!IsInS3(options.input) && access(options.input.c_str(), R_OK | X_OK) != 0) {
    return who + ErrnoError("read", options.input).message;
  }
  if (!IsInS3(options.output) && access(options.output.c_str(), W_OK | X_OK) != 0) {
    return who + ErrnoError("write to", options.output).message;
  }
  for (const auto& [where, store] : {std::pair(&options.input, place_->input.get()),
                                     std::pair(&options.output, place_->output.get())}) {
    if (!IsInS3(*where)) continue;
    const auto listed = store->List("", "", 1);
    if (!listed.ok()) return who + listed.error().message;
  }
  const auto depth = place_->queue->Depth();
  return depth.ok() ? "" : who + depth.error().message;
}

Result<PipelineRunReport> RunPipeline::Totals() {
  VARVE_ASSIGN_OR_RETURN(const TrackerStats stats, place_->tracker->Stats(place_->options.name()));
  PipelineRunReport totals;
  totals.name = place_->options.name();
  totals.files = FilesIn(stats, FileState::kCompleted);
  totals.files_failed = FilesIn(stats, FileState::kFailed) + FilesIn(stats, FileState::kMissing);
  totals.files_waiting = FilesIn(stats, FileState::kPending) + FilesIn(stats, FileState::kClaimed) +
                         FilesIn(stats, FileState::kProcessing);
  totals.accounting = stats.totals;
  return totals;
}

// Newest first, so it looks no further back than it must.
Result<uint64_t> RunPipeline::BatchesSince(int64_t since_us) {
  uint64_t count = 0;
  std::string after;
  do {
    VARVE_ASSIGN_OR_RETURN(BatchPage page, place_->tracker->Batches(place_->options.name(),
                                                                    {BatchState::kCompleted, ""},
                                                                    after, kPageBatches));
    for (const BatchRecord& batch : page.batches) {
      if (batch.created_us < since_us) return count;
      ++count;
    }
    after = std::move(page.next);
  } while (!after.empty());
  return count;
}

Result<PipelineRunReport> RunPipeline::Report() {
  VARVE_ASSIGN_OR_RETURN(PipelineRunReport now, Totals());
  VARVE_ASSIGN_OR_RETURN(now.batches, BatchesSince(opened_us_));
  const auto less = [](uint64_t after, uint64_t before) { return after - std::min(after, before); };
  now.files = less(now.files, before_.files);
  now.files_failed = less(now.files_failed, before_.files_failed);
  now.accounting.lines = less(now.accounting.lines, before_.accounting.lines);
  now.accounting.rows = less(now.accounting.rows, before_.accounting.rows);
  now.accounting.quarantined = less(now.accounting.quarantined, before_.accounting.quarantined);
  now.accounting.blank = less(now.accounting.blank, before_.accounting.blank);
  return now;
}

}  // namespace varve::cli
