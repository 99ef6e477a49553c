#include "lambda/runtime_api.h"

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "adapters/http/http_client.h"
#include "base/clock.h"

namespace varve::lambda {
namespace {

using nlohmann::json;

constexpr int64_t kForEverMs = int64_t{24} * 3600 * 1000;  // the process is frozen while it waits

class Loop {
 public:
  Loop(const std::string& api, Log& log)
      : root_("http://" + api + "/2018-06-01/runtime/invocation/"), log_(log) {}

  Result<Invocation> Next() {
    HttpRequest request;
    request.url = root_ + "next";
    request.timeout_ms = kForEverMs;
    VARVE_ASSIGN_OR_RETURN(HttpResponse response, client_.Send(request));
    if (!response.ok()) return Refused(response);
    Invocation invocation;
    invocation.request_id = std::string(response.Header("lambda-runtime-aws-request-id"));
    const std::string deadline_ms(response.Header("lambda-runtime-deadline-ms"));
    invocation.deadline_us = std::strtoll(deadline_ms.c_str(), nullptr, 10) * 1000;
    invocation.event = std::move(response.body);
    return invocation;
  }

  Status Answer(const Invocation& invocation, const Result<std::string>& answer) {
    if (answer.ok()) return Post(invocation.request_id + "/response", *answer, {});
    const std::string type(CodeName(answer.error().code));
    log_.Write(
        LogLevel::kError, "function_failed",
        {{"request", invocation.request_id}, {"code", type}, {"error", answer.error().message}});
    const json error = {{"errorType", type}, {"errorMessage", answer.error().message}};
    return Post(invocation.request_id + "/error",
                error.dump(-1, ' ', false, json::error_handler_t::replace),
                {{"Lambda-Runtime-Function-Error-Type", type}});
  }

 private:
  static Error Refused(const HttpResponse& response) {
    return Error{Code::kInternal, "the runtime API answered " + std::to_string(response.status)};
  }

  Status Post(const std::string& path, std::string_view body, HttpHeaders headers) {
    HttpRequest request;
    request.method = "POST";
    request.url = root_ + path;
    request.headers = std::move(headers);
    request.headers.emplace_back("Content-Type", "application/json");
    request.body = body;
    VARVE_ASSIGN_OR_RETURN(const HttpResponse response, client_.Send(request));
    // Too late, or too large: its invocation has failed, the next is another.
    if (response.status == 400 || response.status == 413) return Ok{};
    if (!response.ok()) return Refused(response);
    return Ok{};
  }

  const std::string root_;
  Log& log_;
  HttpClient client_;
};

}  // namespace

Error Serve(const std::string& api, const Function& function,
            const std::function<void()>& after_each, Log& log) {
  Loop loop(api, log);
  while (true) {
    const auto invocation = loop.Next();
    if (!invocation.ok()) return Error(invocation.error());
    const Result<std::string> answer = function(*invocation);
    after_each();
    if (const Status told = loop.Answer(*invocation, answer); !told.ok()) return told.error();
  }
}

}  // namespace varve::lambda
