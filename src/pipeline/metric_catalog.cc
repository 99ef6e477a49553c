#include "pipeline/metric_catalog.h"

#include <string>
#include <utility>

namespace varve {
namespace {

using enum MetricType;

constexpr MetricInfo kCatalog[] = {
    {metric::kFilesPending, kGauge, "pipeline", "files known and in no batch"},
    {metric::kOldestPendingAge, kGauge, "pipeline",
     "how long the oldest of them has waited; 0: there is none"},
    {metric::kFiles, kGauge, "pipeline,state", "files by state"},
    {metric::kFilesEnded, kCounter, "pipeline,state",
     "files that became `completed`, or `failed` for good"},
    {metric::kRows, kCounter, "pipeline", "rows committed"},
    {metric::kQuarantinedLines, kCounter, "pipeline", "lines quarantined"},
    {metric::kBytesIn, kCounter, "pipeline", "size of the files converted"},
    {metric::kBytesOut, kCounter, "pipeline", "size of the outputs published"},
    {metric::kBatchesRunning, kGauge, "pipeline", "batches this process works on"},
    {metric::kBatchDuration, kHistogram, "pipeline", "from claim to commit"},
    {metric::kFileLatency, kHistogram, "pipeline", "from first seen to visible"},
    {metric::kQueueMessages, kGauge, "pipeline", "messages in the queue, those in flight included"},
    {metric::kDeadLetters, kGauge, "pipeline", "dead letters"},
    {metric::kFailures, kCounter, "pipeline,reason", "failures, by what failed"},
    {metric::kLastSuccess, kGauge, "pipeline", "when a batch was last committed"},
    {metric::kBuildInfo, kGauge, "version,commit", "always 1; its labels say what runs"},
};

constexpr std::string_view kFailureReasons[] = {
    // A batch as a whole, and the steps of its workflow.
    "batch", "begin", "convert", "record", "publish", "complete", "dispose", "fail",
    // Parts of a tick.
    "adopt", "receive", "flush", "sweep", "renew", "advance", "reconcile",
    // The input as a whole; one message, one source, one alert.
    "watch", "ingest", "disposition", "notify"};

}  // namespace

std::string_view MetricTypeName(MetricType type) {
  switch (type) {
    case kCounter: return "counter";
    case kGauge: return "gauge";
    case kHistogram: return "histogram";
  }
  return "unknown";
}

std::span<const MetricInfo> MetricCatalog() { return kCatalog; }

std::map<std::string, std::string> MetricHelp() {
  std::map<std::string, std::string> help;
  for (const MetricInfo& metric : kCatalog) {
    std::string text(metric.help);
    std::erase(text, '`');
    help.emplace(metric.name, std::move(text));
  }
  return help;
}

std::span<const std::string_view> FailureReasons() { return kFailureReasons; }

void CountFailure(Metrics& metrics, const std::string& pipeline, std::string_view reason,
                  double by) {
  metrics.Count(metric::kFailures, {{"pipeline", pipeline}, {"reason", std::string(reason)}}, by);
}

}  // namespace varve
