// Metric catalog: every metric that varve exports, with what it means.
//
// The one place that names them: the exporter's HELP texts come from here, and
// docs/reference/metrics.md, the dashboard and the alert rules in infra/ are tested against it.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>

#include "ports/metrics.h"

namespace varve {

namespace metric {
inline constexpr std::string_view kBatchDuration = "varve_batch_duration_seconds";
inline constexpr std::string_view kBatchesRunning = "varve_batches_running";
inline constexpr std::string_view kBuildInfo = "varve_build_info";
inline constexpr std::string_view kBytesIn = "varve_bytes_in_total";
inline constexpr std::string_view kBytesOut = "varve_bytes_out_total";
inline constexpr std::string_view kDeadLetters = "varve_dead_letters";
inline constexpr std::string_view kFailures = "varve_failures_total";
inline constexpr std::string_view kFileLatency = "varve_file_latency_seconds";
inline constexpr std::string_view kFiles = "varve_files";
inline constexpr std::string_view kFilesEnded = "varve_files_total";
inline constexpr std::string_view kFilesPending = "varve_files_pending";
inline constexpr std::string_view kLastSuccess = "varve_last_success_timestamp_seconds";
inline constexpr std::string_view kOldestPendingAge = "varve_oldest_pending_age_seconds";
inline constexpr std::string_view kQuarantinedLines = "varve_quarantined_lines_total";
inline constexpr std::string_view kQueueMessages = "varve_queue_messages";
inline constexpr std::string_view kRows = "varve_rows_total";
}  // namespace metric

enum class MetricType { kCounter, kGauge, kHistogram };

std::string_view MetricTypeName(MetricType type);  // "counter", ...

struct MetricInfo {
  std::string_view name;
  MetricType type = MetricType::kGauge;
  std::string_view labels;  // separated by commas
  std::string_view help;    // Markdown
};

std::span<const MetricInfo> MetricCatalog();

// What the exporter takes: HELP texts by name, without Markdown's marks.
std::map<std::string, std::string> MetricHelp();

// The values of the label `reason` of kFailures, and how it is counted.
std::span<const std::string_view> FailureReasons();
void CountFailure(Metrics& metrics, const std::string& pipeline, std::string_view reason,
                  double by);

}  // namespace varve
