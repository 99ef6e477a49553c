#include "cli/run_notifier.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "adapters/local/command_notifier.h"
#include "adapters/local/log_notifier.h"
#include "adapters/local/rate_limited_notifier.h"
#include "adapters/local/webhook_notifier.h"
#include "base/clock.h"
#include "pipeline/metric_catalog.h"

namespace varve::cli {
namespace {

constexpr size_t kWaitingMax = 100;
constexpr int64_t kSinkTimeoutMs = 5'000;
constexpr int64_t kIntervalUs = 5 * kMicrosPerMinute;

struct Sink {
  std::string name;
  std::unique_ptr<Notifier> notifier;
  std::unique_ptr<RateLimitedNotifier> limited;
};

}  // namespace

struct RunNotifier::State {
  State(const PipelineOptions& options, Log& to, Metrics& counting)
      : log(to), metrics(counting), log_notifier(to) {
    if (!options.alert_webhook.empty()) {
      Add("webhook", std::make_unique<WebhookNotifier>(options.alert_webhook, kSinkTimeoutMs));
    }
    if (!options.alert_command.empty()) {
      Add("command", std::make_unique<CommandNotifier>(options.alert_command, kSinkTimeoutMs));
    }
    if (!sinks.empty()) thread = std::thread([this] { Work(); });
  }

  void Add(std::string name, std::unique_ptr<Notifier> notifier) {
    auto limited = std::make_unique<RateLimitedNotifier>(*notifier, SystemClock(), kIntervalUs);
    sinks.push_back({std::move(name), std::move(notifier), std::move(limited)});
  }

  void Work() {
    std::unique_lock lock(mutex);
    for (;;) {
      changed.wait(lock, [this] { return closing || !waiting.empty(); });
      if (waiting.empty()) return;
      const Alert alert = std::move(waiting.front());
      waiting.pop_front();
      lock.unlock();
      Tell(alert);
      lock.lock();
    }
  }

  void Tell(const Alert& alert) {
    for (const Sink& sink : sinks) {
      const Status told = sink.limited->Notify(alert);
      if (told.ok()) continue;
      CountFailure(metrics, alert.pipeline, "notify", 1);
      log.Write(LogLevel::kWarning, "alert_not_sent",
                {{"pipeline", alert.pipeline},
                 {"sink", sink.name},
                 {"topic", alert.topic},
                 {"error", told.error().message}});
    }
  }

  Log& log;
  Metrics& metrics;
  LogNotifier log_notifier;
  std::vector<Sink> sinks;
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<Alert> waiting;
  bool closing = false;
  std::thread thread;
};

RunNotifier::RunNotifier(const PipelineOptions& options, Log& log, Metrics& metrics)
    : state_(std::make_unique<State>(options, log, metrics)) {}

RunNotifier::~RunNotifier() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->closing = true;
  }
  state_->changed.notify_all();
  if (state_->thread.joinable()) state_->thread.join();
}

Status RunNotifier::Notify(const Alert& alert) {
  VARVE_RETURN_IF_ERROR(state_->log_notifier.Notify(alert));
  if (state_->sinks.empty()) return Ok{};
  const std::lock_guard lock(state_->mutex);
  if (state_->waiting.size() >= kWaitingMax) {
    return Error{Code::kThrottled, "too many alerts wait to be sent"};
  }
  state_->waiting.push_back(alert);
  state_->changed.notify_one();
  return Ok{};
}

}  // namespace varve::cli
