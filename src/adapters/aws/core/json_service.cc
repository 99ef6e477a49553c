#include "adapters/aws/core/json_service.h"

namespace varve::aws {

using nlohmann::json;

std::string TextOf(const json& object, std::string_view name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

Result<JsonReply> JsonService::Send(std::string_view action, const json& input) {
  AwsRequest request;
  request.service = protocol_.service;
  request.endpoint = endpoint_;
  request.headers = {{"Content-Type", "application/x-amz-json-" + std::string(protocol_.version)},
                     {"X-Amz-Target", std::string(protocol_.target) + "." + std::string(action)}};
  const std::string body = input.dump(-1, ' ', false, json::error_handler_t::replace);
  request.body = body;
  VARVE_ASSIGN_OR_RETURN(AwsReply reply, client_.Send(request));
  if (reply.failure) return JsonReply{json(), std::move(reply.failure)};
  const std::string& text = reply.response.body;
  json answer = text.empty() ? json::object() : json::parse(text, nullptr, false);
  if (!answer.is_object()) {
    return Error{Code::kCorrupt, std::string(action) + ": the answer is no JSON object"};
  }
  return JsonReply{std::move(answer), std::nullopt};
}

Result<json> JsonService::Call(std::string_view action, const json& input, std::string_view what) {
  auto reply = Send(action, input);
  if (!reply.ok()) return std::move(reply).error().WithContext(what);
  if (reply->failure) return ToError(*reply->failure, what);
  return std::move(reply->body);
}

}  // namespace varve::aws
