// What each route of the API reads or does.
#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "base/time_text.h"
#include "dashboard/api.h"
#include "dashboard/bad_lines.h"
#include "operate/dead_letters.h"
#include "operate/explain.h"
#include "operate/retry.h"
#include "pipeline/reprocess.h"

namespace varve::dashboard {
namespace {

constexpr int kLimitDefault = 50;
constexpr int kLimitMax = 500;
constexpr const char* kAsker = "a person, in the dashboard";

std::string Get(const Parameters& parameters, std::string_view name) {
  const auto found = parameters.find(name);
  return found == parameters.end() ? "" : found->second;
}

Error Bad(std::string_view parameter, std::string_view message) {
  return {Code::kInvalidArgument, std::string(parameter) + ": " + std::string(message)};
}

Result<std::string> Needed(const Parameters& parameters, std::string_view name) {
  std::string value = Get(parameters, name);
  if (value.empty()) return Bad(name, "is needed");
  return value;
}

Result<int> Limit(const Parameters& parameters) {
  const std::string text = Get(parameters, "limit");
  if (text.empty()) return kLimitDefault;
  int limit = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), limit);
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size() || limit < 1 ||
      limit > kLimitMax) {
    return Bad("limit", "is a number from 1 to 500");
  }
  return limit;
}

Result<bool> Switch(const Parameters& parameters, std::string_view name) {
  const std::string text = Get(parameters, name);
  if (text.empty() || text == "false") return false;
  if (text == "true") return true;
  return Bad(name, "is true or false");
}

// Empty: any state.
template <typename State, typename Parse>
Result<std::optional<State>> StateOf(const Parameters& parameters, Parse parse) {
  const std::string text = Get(parameters, "status");
  if (text.empty()) return std::optional<State>();
  const std::optional<State> state = parse(text);
  if (!state.has_value()) return Bad("status", "is no state");
  return state;
}

Json PageJson(std::string_view name, Json items, const std::string& next) {
  Json json;
  json[std::string(name)] = std::move(items);
  json["next"] = next.empty() ? Json() : Json(next);
  return json;
}

// Either `one`, which is given, or all.
Result<bool> WantsAll(const Parameters& parameters, std::string_view one) {
  VARVE_ASSIGN_OR_RETURN(const bool all, Switch(parameters, "all"));
  if (all == Get(parameters, one).empty()) return all;
  return Bad(one, "give it, or \"all\": true, and not both");
}

}  // namespace

Result<Json> Api::GetOverview(const PipelineSource& pipeline, const Parameters& /*parameters*/) {
  return Overview(sources_, pipeline, ReadinessNow());
}

Result<Json> Api::GetHistory(const PipelineSource& pipeline, const Parameters& parameters) {
  const std::string text = Get(parameters, "span");
  const auto span = ParseSpan(text.empty() ? "1h" : text);
  if (!span.has_value()) return Bad("span", "is 15m, 1h or 24h");
  Json points = Json::array();
  for (const HistoryPoint& point : sources_.history->Points(pipeline.config->name, *span)) {
    points.push_back(PointJson(point));
  }
  return Json{{"since", FormatUtc(sources_.history->started_us())}, {"points", std::move(points)}};
}

Result<Json> Api::GetFiles(const PipelineSource& pipeline, const Parameters& parameters) {
  FileFilter filter;
  VARVE_ASSIGN_OR_RETURN(filter.state, StateOf<FileState>(parameters, ParseFileState));
  VARVE_ASSIGN_OR_RETURN(filter.quarantined, Switch(parameters, "quarantined"));
  filter.key_prefix = Get(parameters, "prefix");
  filter.batch = Get(parameters, "batch");
  VARVE_ASSIGN_OR_RETURN(const int limit, Limit(parameters));
  VARVE_ASSIGN_OR_RETURN(
      const FilePage page,
      pipeline.deps->tracker.Files(pipeline.config->name, filter, Get(parameters, "after"), limit));
  Json files = Json::array();
  for (const FileRecord& file : page.files) files.push_back(FileJson(file));
  return PageJson("files", std::move(files), page.next);
}

Result<Json> Api::GetFile(const PipelineSource& pipeline, const Parameters& parameters) {
  VARVE_ASSIGN_OR_RETURN(const std::string key, Needed(parameters, "key"));
  VARVE_ASSIGN_OR_RETURN(const std::vector<FileLife> lives,
                         Explain(pipeline.deps->tracker, pipeline.config->name, key));
  return LifeJson(pipeline.config->name, key, lives);
}

Result<Json> Api::GetBatches(const PipelineSource& pipeline, const Parameters& parameters) {
  BatchFilter filter;
  VARVE_ASSIGN_OR_RETURN(filter.state, StateOf<BatchState>(parameters, ParseBatchState));
  VARVE_ASSIGN_OR_RETURN(filter.quarantined, Switch(parameters, "quarantined"));
  filter.id_prefix = Get(parameters, "prefix");
  VARVE_ASSIGN_OR_RETURN(const int limit, Limit(parameters));
  VARVE_ASSIGN_OR_RETURN(const BatchPage page,
                         pipeline.deps->tracker.Batches(pipeline.config->name, filter,
                                                        Get(parameters, "after"), limit));
  Json batches = Json::array();
  for (const BatchRecord& batch : page.batches) batches.push_back(BatchJson(batch));
  return PageJson("batches", std::move(batches), page.next);
}

Result<Json> Api::GetBatch(const PipelineSource& pipeline, const Parameters& parameters) {
  VARVE_ASSIGN_OR_RETURN(const std::string id, Needed(parameters, "id"));
  VARVE_ASSIGN_OR_RETURN(const BatchRecord batch,
                         pipeline.deps->tracker.GetBatch(pipeline.config->name, id));
  return BatchJson(batch);
}

Result<Json> Api::GetBadLines(const PipelineSource& pipeline, const Parameters& parameters) {
  VARVE_ASSIGN_OR_RETURN(const int limit, Limit(parameters));
  VARVE_ASSIGN_OR_RETURN(
      const BadLinePage page,
      ReadBadLines(pipeline.deps->tracker, pipeline.deps->output, pipeline.config->name,
                   {Get(parameters, "batch"), Get(parameters, "file")}, Get(parameters, "after"),
                   static_cast<size_t>(limit)));
  Json lines = Json::array();
  for (const BadLine& line : page.lines) {
    lines.push_back({{"batch", line.batch},
                     {"file", line.file},
                     {"line", line.line},
                     {"offset", line.offset},
                     {"code", line.code},
                     {"message", line.message},
                     {"raw", line.raw},
                     {"base64", line.is_base64},
                     {"cut", line.is_cut}});
  }
  return PageJson("lines", std::move(lines), page.next);
}

Result<Json> Api::GetLetters(const PipelineSource& pipeline, const Parameters& parameters) {
  VARVE_ASSIGN_OR_RETURN(const int limit, Limit(parameters));
  VARVE_ASSIGN_OR_RETURN(const DeadLetterPage page,
                         pipeline.deps->queue.DeadLetters(Get(parameters, "after"), limit));
  Json letters = Json::array();
  for (const DeadLetter& letter : page.letters) letters.push_back(LetterJson(letter));
  return PageJson("letters", std::move(letters), page.next);
}

Result<Json> Api::GetAlerts(const PipelineSource& pipeline, const Parameters& /*parameters*/) {
  Json alerts = Json::array();
  for (const RememberedAlert& alert : sources_.alerts->Newest(pipeline.config->name)) {
    alerts.push_back(AlertJson(alert));
  }
  return Json{{"since", FormatUtc(sources_.history->started_us())}, {"alerts", std::move(alerts)}};
}

Result<Json> Api::PostRetry(const PipelineSource& pipeline, const Parameters& parameters) {
  VARVE_ASSIGN_OR_RETURN(const bool all, WantsAll(parameters, "key"));
  const std::string detail = std::string("retried by ") + kAsker;
  const RetryRequest request{pipeline.config->name, detail, sources_.clock->NowUs()};
  uint64_t retried = 1;
  if (all) {
    VARVE_ASSIGN_OR_RETURN(retried, RetryFailed(pipeline.deps->tracker, request));
  } else {
    VARVE_RETURN_IF_ERROR(RetryKey(pipeline.deps->tracker, request, Get(parameters, "key")));
  }
  return Json{{"pipeline", pipeline.config->name}, {"retried", retried}};
}

Result<Json> Api::PostReprocess(const PipelineSource& pipeline, const Parameters& parameters) {
  VARVE_ASSIGN_OR_RETURN(const std::string key, Needed(parameters, "key"));
  ReprocessRequest request;
  request.key = key;
  request.by = kAsker;
  VARVE_ASSIGN_OR_RETURN(const ReprocessReport report, Reprocess(*pipeline.config, *pipeline.deps,
                                                                 request, sources_.clock->NowUs()));
  return ReprocessJson(pipeline.config->name, report);
}

Result<Json> Api::PostRedrive(const PipelineSource& pipeline, const Parameters& parameters) {
  VARVE_ASSIGN_OR_RETURN(const bool all, WantsAll(parameters, "id"));
  uint64_t redriven = 1;
  if (all) {
    VARVE_ASSIGN_OR_RETURN(redriven, pipeline.deps->queue.RedriveAll());
  } else {
    VARVE_RETURN_IF_ERROR(pipeline.deps->queue.Redrive(Get(parameters, "id")));
  }
  return Json{{"pipeline", pipeline.config->name}, {"redriven", redriven}};
}

}  // namespace varve::dashboard
