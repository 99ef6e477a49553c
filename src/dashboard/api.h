// Api: what the page asks for and does, as JSON: the routes below /api/v1/
// (docs/reference/dashboard-api.md). It knows nothing of HTTP but parameters and bodies.
//
// What is read and done is what the operator's commands read and do (src/operate). Thread-safe.
#pragma once

#include <mutex>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "dashboard/overview.h"
#include "dashboard/query.h"
#include "dashboard/sources.h"
#include "operate/record_json.h"

namespace varve::dashboard {

class Api {
 public:
  using Handler = Result<Json> (Api::*)(const PipelineSource& pipeline,
                                        const Parameters& parameters);
  struct Route {
    std::string_view method;      // "GET", "POST"
    std::string_view name;        // below /api/v1/
    std::string_view parameters;  // separated by spaces, besides `pipeline`
    Handler handler;
  };

  explicit Api(const Sources& sources) : sources_(sources) {}

  static std::span<const Route> Routes();

  // kNotFound: no such route, pipeline or thing; kInvalidArgument names the parameter. For a POST
  // the parameters are the members of its body.
  Result<Json> Call(std::string_view method, std::string_view name, const Parameters& parameters);

 private:
  Result<Json> GetOverview(const PipelineSource& pipeline, const Parameters& parameters);
  Result<Json> GetHistory(const PipelineSource& pipeline, const Parameters& parameters);
  Result<Json> GetFiles(const PipelineSource& pipeline, const Parameters& parameters);
  Result<Json> GetFile(const PipelineSource& pipeline, const Parameters& parameters);
  Result<Json> GetBatches(const PipelineSource& pipeline, const Parameters& parameters);
  Result<Json> GetBatch(const PipelineSource& pipeline, const Parameters& parameters);
  Result<Json> GetBadLines(const PipelineSource& pipeline, const Parameters& parameters);
  Result<Json> GetLetters(const PipelineSource& pipeline, const Parameters& parameters);
  Result<Json> GetAlerts(const PipelineSource& pipeline, const Parameters& parameters);
  Result<Json> PostRetry(const PipelineSource& pipeline, const Parameters& parameters);
  Result<Json> PostReprocess(const PipelineSource& pipeline, const Parameters& parameters);
  Result<Json> PostRedrive(const PipelineSource& pipeline, const Parameters& parameters);

  Result<const PipelineSource*> PipelineOf(const Parameters& parameters) const;
  Readiness ReadinessNow();

  const Sources& sources_;
  std::mutex mutex_;
  Readiness readiness_;
};

// The body of a POST: an object of strings and booleans ("true"). kInvalidArgument.
Result<Parameters> ParametersOf(std::string_view body);

}  // namespace varve::dashboard
