#include "cli/run_service.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "adapters/local/prometheus_metrics.h"
#include "base/clock.h"
#include "cli/build_facts.h"
#include "cli/interrupt.h"
#include "cli/owner_slot.h"
#include "cli/pipeline_state.h"
#include "cli/run_dashboard.h"
#include "cli/run_pipeline.h"
#include "cli/wake.h"
#include "pipeline/metric_catalog.h"

namespace varve::cli {
namespace {

constexpr int64_t kTickDeadlineUs = 60 * kMicrosPerSecond;

class Service {
 public:
  Service(const RunConfig& config, const RunSettings& settings, Log& log,
          const std::atomic<bool>& stop, Wake wake, std::string owner)
      : config_(config),
        settings_(settings),
        log_(log),
        stop_(stop),
        wake_(std::move(wake)),
        owner_(std::move(owner)) {
    WakeOnInterrupt(wake_.fd());
  }

  ~Service() {
    server_.reset();
    pipelines_.clear();
    WakeOnInterrupt(-1);
  }
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  Status Open() {
    VARVE_ASSIGN_OR_RETURN(const auto state, MakeState(settings_.state));
    VARVE_RETURN_IF_ERROR(state->Save(config_));
    RunPipelineOptions run;
    run.owner = owner_;
    run.batches_max = settings_.batches_max;
    run.memory_bytes = settings_.memory_bytes / config_.pipelines.size();
    run.wake = [this] { wake_.Ring(); };
    run.alerts = &alerts_;
    for (const ConfiguredPipeline& configured : config_.pipelines) {
      auto pipeline = RunPipeline::Open(state, configured.options, run, history_, log_);
      if (!pipeline.ok()) {
        return std::move(pipeline).error().WithContext("pipeline " + configured.options.name());
      }
      pipelines_.push_back(std::move(pipeline).value());
    }
    ticked_us_ = SystemClock().NowUs();
    return Listen();
  }

  Result<std::vector<PipelineRunReport>> Run() {
    log_.Write(LogLevel::kInfo, "started",
               {{"version", VARVE_VERSION},
                {"owner", owner_},
                {"pipelines", config_.pipelines.size()},
                {"state", settings_.state}});
    metrics_.Set(metric::kBuildInfo,
                 {{"version", VARVE_VERSION}, {"commit", std::string(BuildCommit())}}, 1);
    SetMode(settings_.once ? RunMode::kDrain : RunMode::kServe);
    while (!stop_ && !TickAll()) {
    }
    if (stop_) FinishOrHandBack();
    log_.Write(LogLevel::kInfo, "stopped", {});
    std::vector<PipelineRunReport> reports;
    for (const auto& pipeline : pipelines_) {
      VARVE_ASSIGN_OR_RETURN(PipelineRunReport report, pipeline->Report());
      reports.push_back(std::move(report));
    }
    return reports;
  }

 private:
  Status Listen() {
    if (settings_.listen == "none") return Ok{};
    RunDashboardSources sources;
    sources.history = &history_;
    sources.alerts = &alerts_;
    sources.metrics = [this] { return metrics_.Text(); };
    sources.not_ready = [this] { return NotReady(); };
    auto server = RunDashboard::Start(config_, settings_, std::move(sources));
    if (server.ok()) {
      server_ = std::move(server).value();
      log_.Write(LogLevel::kInfo, "listening", ListeningFields());
      return Ok{};
    }
    if (settings_.listen_given) return std::move(server).error();
    log_.Write(LogLevel::kWarning, "not_listening", {{"error", server.error().message}});
    return Ok{};
  }

  LogFields ListeningFields() const {
    LogFields fields = {{"address", server_->address()}};
    if (settings_.dashboard) fields.push_back({"dashboard", "http://" + server_->address() + "/"});
    return fields;
  }

  std::string NotReady() {
    const int64_t since_us = SystemClock().NowUs() - ticked_us_;
    if (since_us > kTickDeadlineUs) return "the pipelines have not moved for a minute";
    for (const auto& pipeline : pipelines_) {
      if (std::string reason = pipeline->NotReady(); !reason.empty()) return reason;
    }
    return "";
  }

  void SetMode(RunMode mode) {
    for (const auto& pipeline : pipelines_) pipeline->SetMode(mode);
  }

  // One round, and the wait until the next. True: all are idle, which only a drain or a stop is.
  bool TickAll(int64_t deadline_us = std::numeric_limits<int64_t>::max()) {
    bool idle = true;
    int64_t next_us = deadline_us;
    for (const auto& pipeline : pipelines_) {
      const TickResult result = pipeline->Tick(SystemClock().NowUs());
      idle = idle && result.idle;
      next_us = std::min(next_us, result.next_us);
    }
    const int64_t now_us = SystemClock().NowUs();
    ticked_us_ = now_us;
    if (!idle) wake_.Wait(std::max<int64_t>(0, next_us - now_us), WatchedInputs());
    return idle;
  }

  std::vector<int> WatchedInputs() const {
    std::vector<int> fds;
    for (const auto& pipeline : pipelines_) {
      if (pipeline->watch_fd() >= 0) fds.push_back(pipeline->watch_fd());
    }
    return fds;
  }

  // Running batches may end; those that do not in time are handed back, and go on where they were
  // in the next process.
  void FinishOrHandBack() {
    log_.Write(LogLevel::kInfo, "stopping", {});
    for (const auto& pipeline : pipelines_) pipeline->StopWatching();
    SetMode(RunMode::kStop);
    const int64_t deadline_us = SystemClock().NowUs() + settings_.stop_timeout_us;
    while (SystemClock().NowUs() < deadline_us) {
      if (TickAll(deadline_us)) return;
    }
    for (const auto& pipeline : pipelines_) pipeline->HandBack(SystemClock().NowUs());
  }

  const RunConfig& config_;
  const RunSettings& settings_;
  Log& log_;
  const std::atomic<bool>& stop_;
  const Wake wake_;
  const std::string owner_;
  PrometheusMetrics metrics_{MetricHelp()};
  dashboard::History history_{metrics_, SystemClock()};
  dashboard::AlertMemory alerts_;
  std::vector<std::unique_ptr<RunPipeline>> pipelines_;
  std::atomic<int64_t> ticked_us_{0};
  std::unique_ptr<RunDashboard> server_;
};

}  // namespace

Result<std::vector<PipelineRunReport>> Serve(const RunConfig& config, const RunSettings& settings,
                                             Log& log, const std::atomic<bool>& stop) {
  VARVE_ASSIGN_OR_RETURN(Wake wake, Wake::Open());
  std::optional<OwnerSlot> slot;  // for as long as the service runs
  if (!IsTableUrl(settings.state)) {
    VARVE_ASSIGN_OR_RETURN(OwnerSlot taken, OwnerSlot::Take(settings.state));
    slot.emplace(std::move(taken));
  }
  Service service(config, settings, log, stop, std::move(wake), slot ? slot->name() : NewOwner());
  VARVE_RETURN_IF_ERROR(service.Open());
  return service.Run();
}

}  // namespace varve::cli
