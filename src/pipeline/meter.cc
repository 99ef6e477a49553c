#include "pipeline/meter.h"

#include <algorithm>

namespace varve {
namespace {

constexpr FileState kFileStates[] = {
    FileState::kPending, FileState::kClaimed, FileState::kProcessing, FileState::kCompleted,
    FileState::kFailed,  FileState::kMissing, FileState::kSuperseded};

double Seconds(int64_t us) {
  return static_cast<double>(std::max<int64_t>(us, 0)) / static_cast<double>(kMicrosPerSecond);
}

uint64_t FilesIn(const TrackerStats& stats, FileState state) {
  for (const StateCount& count : stats.states) {
    if (count.state == state) return count.files;
  }
  return 0;
}

}  // namespace

void Meter::Count(std::string_view name, double by) {
  if (by > 0) deps_.metrics.Count(name, {{"pipeline", config_.name}}, by);
}

void Meter::Set(std::string_view name, double value) {
  deps_.metrics.Set(name, {{"pipeline", config_.name}}, value);
}

void Meter::Backlog(const TrackerStats& stats, int64_t now_us) {
  const int64_t oldest_us = stats.oldest_pending_us;
  Set("varve_files_pending", static_cast<double>(FilesIn(stats, FileState::kPending)));
  Set("varve_oldest_pending_age_seconds", oldest_us == 0 ? 0 : Seconds(now_us - oldest_us));
  for (const FileState state : kFileStates) {
    deps_.metrics.Set("varve_files",
                      {{"pipeline", config_.name}, {"state", std::string(FileStateName(state))}},
                      static_cast<double>(FilesIn(stats, state)));
  }
}

void Meter::Queue(const QueueDepth& depth) {
  Set("varve_queue_messages", static_cast<double>(depth.visible + depth.in_flight));
  Set("varve_dead_letters", static_cast<double>(depth.dead));
}

void Meter::Batches(size_t running) { Set("varve_batches_running", static_cast<double>(running)); }

void Meter::Completed(const BatchRecord& batch, const std::vector<FileOutcome>& outcomes,
                      const std::vector<FileRecord>& files, int64_t now_us) {
  const Labels labels = {{"pipeline", config_.name}};
  RowAccounting sum;
  uint64_t converted = 0;
  for (const FileOutcome& outcome : outcomes) {
    if (!outcome.error.empty()) continue;
    ++converted;
    sum.rows += outcome.accounting.rows;
    sum.quarantined += outcome.accounting.quarantined;
    const auto file = std::find_if(files.begin(), files.end(), [&](const FileRecord& known) {
      return known.object.ref == outcome.ref;
    });
    if (file == files.end()) continue;
    Count("varve_bytes_in_total", static_cast<double>(file->object.size_bytes));
    deps_.metrics.Observe("varve_file_latency_seconds", labels,
                          Seconds(now_us - file->first_seen_us));
  }
  deps_.metrics.Count("varve_files_total", {{"pipeline", config_.name}, {"state", "completed"}},
                      static_cast<double>(converted));
  for (const BatchOutput& output : batch.outputs) {
    Count("varve_bytes_out_total", static_cast<double>(output.size_bytes));
  }
  Count("varve_rows_total", static_cast<double>(sum.rows));
  Count("varve_quarantined_lines_total", static_cast<double>(sum.quarantined));
  deps_.metrics.Observe("varve_batch_duration_seconds", labels, Seconds(now_us - batch.created_us));
  Set("varve_last_success_timestamp_seconds", Seconds(now_us));
}

void Meter::Failed(std::string_view reason) {
  deps_.metrics.Count("varve_failures_total",
                      {{"pipeline", config_.name}, {"reason", std::string(reason)}}, 1);
}

}  // namespace varve
