#include "dashboard/overview.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/time_text.h"
#include "dashboard/health.h"
#include "operate/next_batch.h"

namespace varve::dashboard {
namespace {

constexpr int kFailedLookedAt = 200;
constexpr int kRunningShown = 20;

Json NumberOrNull(const std::optional<double>& number) {
  return number.has_value() ? Json(*number) : Json();
}

// When the first of them failed; of a great many, the first of some.
Result<int64_t> OldestFailure(const PipelineSource& pipeline) {
  FileFilter failed;
  failed.state = FileState::kFailed;
  VARVE_ASSIGN_OR_RETURN(
      const FilePage page,
      pipeline.deps->tracker.Files(pipeline.config->name, failed, "", kFailedLookedAt));
  int64_t oldest_us = 0;
  for (const FileRecord& file : page.files) {
    if (oldest_us == 0 || file.updated_us < oldest_us) oldest_us = file.updated_us;
  }
  return oldest_us;
}

// Executions are of all pipelines; their names begin with that of theirs.
Result<std::vector<Execution>> ExecutionsOf(const PipelineSource& pipeline) {
  const std::string prefix = pipeline.config->name + "/";
  VARVE_ASSIGN_OR_RETURN(const std::vector<ExecutionRecord> records,
                         pipeline.deps->executions.Running(prefix, kRunningShown));
  std::vector<Execution> executions;
  for (const ExecutionRecord& record : records) {
    if (record.execution.name.starts_with(prefix)) executions.push_back(record.execution);
  }
  return executions;
}

// What the newest alert about a stuck batch says first, which is the error itself.
std::string StuckReason(const std::vector<RememberedAlert>& alerts) {
  for (const RememberedAlert& one : alerts) {
    if (one.alert.topic != "batch_stuck") continue;
    return one.alert.body.substr(0, one.alert.body.find('\n'));
  }
  return "";
}

Result<HealthFacts> Facts(const Sources& sources, const PipelineSource& pipeline,
                          const Readiness& readiness, const std::vector<RememberedAlert>& alerts) {
  HealthFacts facts;
  facts.config = pipeline.config;
  facts.now_us = sources.clock->NowUs();
  facts.not_ready = readiness.reason;
  facts.not_ready_since_us = readiness.since_us;
  VARVE_ASSIGN_OR_RETURN(facts.stats, pipeline.deps->tracker.Stats(pipeline.config->name));
  VARVE_ASSIGN_OR_RETURN(facts.depth, pipeline.deps->queue.Depth());
  VARVE_ASSIGN_OR_RETURN(facts.executions, ExecutionsOf(pipeline));
  VARVE_ASSIGN_OR_RETURN(facts.oldest_failure_us, OldestFailure(pipeline));
  if (facts.depth.dead > 0) {
    VARVE_ASSIGN_OR_RETURN(const DeadLetterPage oldest, pipeline.deps->queue.DeadLetters("", 1));
    if (!oldest.letters.empty()) facts.oldest_letter_us = oldest.letters.front().died_us;
  }
  facts.stuck_reason = StuckReason(alerts);
  facts.last_hour = sources.history->LastHour(pipeline.config->name);
  return facts;
}

Json HealthJson(const std::vector<Finding>& findings) {
  Json list = Json::array();
  for (const Finding& finding : findings) {
    list.push_back({{"level", HealthLevelName(finding.level)},
                    {"sentence", finding.sentence},
                    {"since", TimeOrNull(finding.since_us)},
                    {"advice", finding.advice},
                    {"view", finding.view}});
  }
  return list;
}

Result<Json> RunningJson(const PipelineSource& pipeline) {
  Json running = Json::array();
  for (const BatchState state : kOpenBatchStates) {
    VARVE_ASSIGN_OR_RETURN(
        const BatchPage page,
        pipeline.deps->tracker.Batches(pipeline.config->name, {state, ""}, "", kRunningShown));
    for (const BatchRecord& batch : page.batches) {
      running.push_back({{"batch", batch.id},
                         {"state", BatchStateName(batch.state)},
                         {"files", batch.files.size()},
                         {"created", TimeOrNull(batch.created_us)}});
    }
  }
  return running;
}

Result<Json> LatestJson(const PipelineSource& pipeline) {
  VARVE_ASSIGN_OR_RETURN(const BatchPage page,
                         pipeline.deps->tracker.Batches(pipeline.config->name, {}, "", 1));
  if (page.batches.empty()) return Json();
  const BatchRecord& batch = page.batches.front();
  return Json{{"batch", batch.id},
              {"state", BatchStateName(batch.state)},
              {"updated", TimeOrNull(batch.updated_us)}};
}

}  // namespace

Json PointJson(const HistoryPoint& point) {
  return {{"at", FormatUtc(point.at_us)},
          {"seconds", static_cast<double>(point.width_us) / kMicrosPerSecond},
          {"files", point.files},
          {"rows", point.rows},
          {"quarantined", point.quarantined},
          {"bytes_in", point.bytes_in},
          {"failures", point.failures},
          {"latency_p50_seconds", NumberOrNull(point.latency_p50_seconds)},
          {"latency_p99_seconds", NumberOrNull(point.latency_p99_seconds)}};
}

Json AlertJson(const RememberedAlert& alert) {
  return {{"at", FormatUtc(alert.at_us)},
          {"subject", alert.alert.subject},
          {"body", alert.alert.body},
          {"topic", alert.alert.topic}};
}

Result<Json> Overview(const Sources& sources, const PipelineSource& pipeline,
                      const Readiness& readiness) {
  const std::vector<RememberedAlert> alerts = sources.alerts->Newest(pipeline.config->name);
  VARVE_ASSIGN_OR_RETURN(const HealthFacts facts, Facts(sources, pipeline, readiness, alerts));
  VARVE_ASSIGN_OR_RETURN(const NextBatch next,
                         PlanNextBatch(*pipeline.config, pipeline.deps->tracker, facts.now_us));
  VARVE_ASSIGN_OR_RETURN(Json running, RunningJson(pipeline));
  VARVE_ASSIGN_OR_RETURN(Json latest, LatestJson(pipeline));
  const FlushConfig& flush = pipeline.config->flush;
  Json json = {{"pipeline", pipeline.config->name},
               {"input", pipeline.input},
               {"output", pipeline.output},
               {"health", HealthJson(Judge(facts))}};
  json.update(StatsJson(facts.stats, facts.depth, facts.now_us));
  json["next"] = NextBatchJson(next);
  json["flush"] = {{"min_files", flush.min_files},
                   {"max_wait_seconds", static_cast<double>(flush.max_wait_us) / kMicrosPerSecond}};
  json["running"] = std::move(running);
  json["latest_batch"] = std::move(latest);
  json["last_hour"] = PointJson(facts.last_hour);
  json["alerts"] = {{"count", alerts.size()},
                    {"latest", alerts.empty() ? Json() : AlertJson(alerts.front())}};
  return json;
}

}  // namespace varve::dashboard
