#include "dashboard/api.h"

#include <algorithm>
#include <utility>

namespace varve::dashboard {
namespace {

constexpr std::string_view kPipeline = "pipeline";

bool Names(std::string_view list, std::string_view name) {
  while (!list.empty()) {
    const size_t end = std::min(list.find(' '), list.size());
    if (list.substr(0, end) == name) return true;
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return false;
}

}  // namespace

std::span<const Api::Route> Api::Routes() {
  static constexpr Route kRoutes[] = {
      {"GET", "overview", "", &Api::GetOverview},
      {"GET", "history", "span", &Api::GetHistory},
      {"GET", "files", "status prefix batch quarantined after limit", &Api::GetFiles},
      {"GET", "file", "key", &Api::GetFile},
      {"GET", "batches", "status prefix quarantined after limit", &Api::GetBatches},
      {"GET", "batch", "id", &Api::GetBatch},
      {"GET", "quarantine", "file batch after limit", &Api::GetBadLines},
      {"GET", "dead-letters", "after limit", &Api::GetLetters},
      {"GET", "alerts", "", &Api::GetAlerts},
      {"POST", "retry", "key all", &Api::PostRetry},
      {"POST", "reprocess", "key", &Api::PostReprocess},
      {"POST", "redrive", "id all", &Api::PostRedrive},
  };
  return kRoutes;
}

Result<Json> Api::Call(std::string_view method, std::string_view name,
                       const Parameters& parameters) {
  for (const Route& route : Routes()) {
    if (route.name != name || route.method != method) continue;
    for (const auto& [parameter, value] : parameters) {
      if (parameter == kPipeline || Names(route.parameters, parameter)) continue;
      return Error{Code::kInvalidArgument, parameter + ": no such parameter; " +
                                               std::string(route.name) + " takes pipeline " +
                                               std::string(route.parameters)};
    }
    VARVE_ASSIGN_OR_RETURN(const PipelineSource* pipeline, PipelineOf(parameters));
    return (this->*route.handler)(*pipeline, parameters);
  }
  return Error{Code::kNotFound,
               "there is no " + std::string(method) + " /api/v1/" + std::string(name)};
}

Result<const PipelineSource*> Api::PipelineOf(const Parameters& parameters) const {
  const auto given = parameters.find(kPipeline);
  if (given == parameters.end() && sources_.pipelines.size() == 1) return &sources_.pipelines[0];
  if (given == parameters.end()) {
    return Error{Code::kInvalidArgument, "pipeline: there are several, say which"};
  }
  for (const PipelineSource& pipeline : sources_.pipelines) {
    if (pipeline.config->name == given->second) return &pipeline;
  }
  return Error{Code::kNotFound, "no pipeline is called " + given->second};
}

Readiness Api::ReadinessNow() {
  std::string reason = sources_.not_ready();
  const std::lock_guard lock(mutex_);
  // The time is that of the first look that found it so, whatever the words say since.
  if (reason.empty() || readiness_.reason.empty()) readiness_.since_us = sources_.clock->NowUs();
  readiness_.reason = std::move(reason);
  return readiness_;
}

Result<Parameters> ParametersOf(std::string_view body) {
  const Json json = Json::parse(body, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return Error{Code::kInvalidArgument, "the body is no JSON object"};
  Parameters parameters;
  for (const auto& [name, value] : json.items()) {
    if (value.is_string()) {
      parameters[name] = value.get<std::string>();
    } else if (value.is_boolean()) {
      parameters[name] = value.get<bool>() ? "true" : "false";
    } else {
      return Error{Code::kInvalidArgument, name + ": must be a string, or true or false"};
    }
  }
  return parameters;
}

}  // namespace varve::dashboard
