#include "adapters/aws/credentials/instance_credentials.h"

#include <string>
#include <utility>

#include "adapters/aws/core/uri.h"
#include "adapters/aws/credentials/credentials_json.h"

namespace varve::aws {
namespace {

constexpr int64_t kInstanceTimeoutMs = 1'000;
constexpr const char* kRoles = "/latest/meta-data/iam/security-credentials/";
constexpr const char* kTokenSeconds = "21600";

std::string EndpointOfInstance(const Environment& environment) {
  if (auto endpoint = environment("AWS_EC2_METADATA_SERVICE_ENDPOINT")) {
    while (endpoint->ends_with('/')) endpoint->pop_back();
    return *std::move(endpoint);
  }
  const std::string mode = environment("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE").value_or("IPv4");
  return mode == "IPv6" || mode == "ipv6" ? "http://[fd00:ec2::254]" : "http://169.254.169.254";
}

HttpRequest RequestFor(std::string url) {
  HttpRequest request;
  request.url = std::move(url);
  request.is_direct = true;  // a proxy is another machine
  request.connect_timeout_ms = kInstanceTimeoutMs;
  request.timeout_ms = kInstanceTimeoutMs;
  return request;
}

// The token that further requests show. That there is none means that this is no instance.
Result<std::string> SessionToken(const CredentialContext& context, const std::string& endpoint) {
  HttpRequest request = RequestFor(endpoint + "/latest/api/token");
  request.method = "PUT";
  request.headers = {{"X-aws-ec2-metadata-token-ttl-seconds", kTokenSeconds}};
  auto response = context.http.Send(request);
  if (!response.ok()) return Error{Code::kNotFound, std::move(response.error().message)};
  if (response->ok() && !response->body.empty()) return std::move(response->body);
  return Error{Code::kNotFound,
               endpoint + " gave no token (HTTP " + std::to_string(response->status) + ")"};
}

}  // namespace

Result<Credentials> InstanceCredentials(const CredentialContext& context) {
  const std::string disabled = context.environment("AWS_EC2_METADATA_DISABLED").value_or("");
  if (disabled == "true" || disabled == "TRUE" || disabled == "True") {
    return Error{Code::kNotFound, "AWS_EC2_METADATA_DISABLED is set"};
  }
  const std::string endpoint = EndpointOfInstance(context.environment);
  VARVE_ASSIGN_OR_RETURN(const std::string token, SessionToken(context, endpoint));
  const auto get = [&](const std::string& path) {
    HttpRequest request = RequestFor(endpoint + path);
    request.headers = {{"X-aws-ec2-metadata-token", token}};
    return context.http.Send(request);
  };
  VARVE_ASSIGN_OR_RETURN(const HttpResponse roles, get(kRoles));
  if (roles.status == 404) return Error{Code::kNotFound, "the instance has no role"};
  if (!roles.ok()) return Refusal(ToError(ParseFailure(roles), "get the instance's role"));
  const std::string role = roles.body.substr(0, roles.body.find_first_of("\r\n"));
  if (role.empty()) return Error{Code::kNotFound, "the instance has no role"};
  VARVE_ASSIGN_OR_RETURN(const HttpResponse answer, get(kRoles + EscapeText(role)));
  if (!answer.ok()) {
    return Refusal(ToError(ParseFailure(answer), "get the credentials of role " + role));
  }
  return CredentialsFromJson(answer.body);
}

}  // namespace varve::aws
