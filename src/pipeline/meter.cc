#include "pipeline/meter.h"

#include <algorithm>

#include "pipeline/metric_catalog.h"

namespace varve {
namespace {

constexpr FileState kFileStates[] = {
    FileState::kPending, FileState::kClaimed, FileState::kProcessing, FileState::kCompleted,
    FileState::kFailed,  FileState::kMissing, FileState::kSuperseded};

double Seconds(int64_t us) {
  return static_cast<double>(std::max<int64_t>(us, 0)) / static_cast<double>(kMicrosPerSecond);
}

}  // namespace

void Meter::Announce() {
  for (const std::string_view name :
       {metric::kRows, metric::kQuarantinedLines, metric::kBytesIn, metric::kBytesOut}) {
    deps_.metrics.Count(name, {{"pipeline", config_.name}}, 0);
  }
  for (const FileState state : {FileState::kCompleted, FileState::kFailed}) CountEnded(state, 0);
  for (const std::string_view reason : FailureReasons()) {
    CountFailure(deps_.metrics, config_.name, reason, 0);
  }
}

void Meter::CountEnded(FileState state, double files) {
  deps_.metrics.Count(metric::kFilesEnded,
                      {{"pipeline", config_.name}, {"state", std::string(FileStateName(state))}},
                      files);
}

void Meter::Count(std::string_view name, double by) {
  if (by > 0) deps_.metrics.Count(name, {{"pipeline", config_.name}}, by);
}

void Meter::Set(std::string_view name, double value) {
  deps_.metrics.Set(name, {{"pipeline", config_.name}}, value);
}

std::optional<TrackerStats> Meter::Waiting(int64_t now_us) {
  const auto stats = deps_.tracker.Stats(config_.name);
  if (stats.ok()) Backlog(*stats, now_us);
  const auto depth = deps_.queue.Depth();
  if (depth.ok()) Queue(*depth);
  return stats.ok() ? std::optional(*stats) : std::nullopt;
}

void Meter::Backlog(const TrackerStats& stats, int64_t now_us) {
  const int64_t oldest_us = stats.oldest_pending_us;
  Set(metric::kFilesPending, static_cast<double>(FilesIn(stats, FileState::kPending)));
  Set(metric::kOldestPendingAge, oldest_us == 0 ? 0 : Seconds(now_us - oldest_us));
  for (const FileState state : kFileStates) {
    deps_.metrics.Set(metric::kFiles,
                      {{"pipeline", config_.name}, {"state", std::string(FileStateName(state))}},
                      static_cast<double>(FilesIn(stats, state)));
  }
}

void Meter::Queue(const QueueDepth& depth) {
  Set(metric::kQueueMessages, static_cast<double>(depth.visible + depth.in_flight));
  Set(metric::kDeadLetters, static_cast<double>(depth.dead));
}

void Meter::Batches(size_t running) { Set(metric::kBatchesRunning, static_cast<double>(running)); }

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
    Count(metric::kBytesIn, static_cast<double>(file->object.size_bytes));
    deps_.metrics.Observe(metric::kFileLatency, labels, Seconds(now_us - file->first_seen_us));
  }
  CountEnded(FileState::kCompleted, static_cast<double>(converted));
  for (const BatchOutput& output : batch.outputs) {
    Count(metric::kBytesOut, static_cast<double>(output.size_bytes));
  }
  Count(metric::kRows, static_cast<double>(sum.rows));
  Count(metric::kQuarantinedLines, static_cast<double>(sum.quarantined));
  deps_.metrics.Observe(metric::kBatchDuration, labels, Seconds(now_us - batch.created_us));
  Set(metric::kLastSuccess, Seconds(now_us));
}

void Meter::Failed(std::string_view reason) {
  CountFailure(deps_.metrics, config_.name, reason, 1);
}

}  // namespace varve
