#include "adapters/aws/credentials/sts_client.h"

#include <pugixml.hpp>

#include "base/time_text.h"

namespace varve::aws {
namespace {

constexpr const char* kVersion = "2011-06-15";
constexpr int64_t kStsTimeoutMs = 10'000;

Query InputOf(const RoleToAssume& role) {
  Query input = {{"RoleArn", role.role_arn}, {"RoleSessionName", role.session_name}};
  if (!role.external_id.empty()) input.emplace_back("ExternalId", role.external_id);
  if (!role.duration_seconds.empty()) input.emplace_back("DurationSeconds", role.duration_seconds);
  return input;
}

// <AssumeRoleResponse><AssumeRoleResult>…: the result of the action.
pugi::xml_node ResultOf(const HttpResponse& response, std::string_view action,
                        pugi::xml_document* document) {
  document->load_buffer(response.body.data(), response.body.size());
  return document->document_element().child((std::string(action) + "Result").c_str());
}

Result<Credentials> CredentialsOf(const HttpResponse& response, std::string_view action) {
  pugi::xml_document document;
  const pugi::xml_node node = ResultOf(response, action, &document).child("Credentials");
  const auto expires_us = ParseInstant(node.child_value("Expiration"));
  Credentials credentials{node.child_value("AccessKeyId"), node.child_value("SecretAccessKey"),
                          node.child_value("SessionToken"), expires_us.value_or(0)};
  if (credentials.access_key_id.empty() || credentials.secret_access_key.empty() || !expires_us) {
    return Error{Code::kCorrupt, "the answer of " + std::string(action) + " has no credentials"};
  }
  return credentials;
}

}  // namespace

Result<HttpResponse> StsClient::Call(std::string_view action, Query input, std::string_view what) {
  input.emplace_back("Action", action);
  input.emplace_back("Version", kVersion);
  const std::string body = EscapeQuery(input);
  AwsRequest request;
  request.service = "sts";
  request.endpoint = endpoint_;
  request.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
  request.body = body;
  request.timeout_ms = kStsTimeoutMs;
  return client_.Call(request, what);
}

Result<Credentials> StsClient::AssumeRole(const RoleToAssume& role) {
  VARVE_ASSIGN_OR_RETURN(const HttpResponse response,
                         Call("AssumeRole", InputOf(role), "assume the role " + role.role_arn));
  return CredentialsOf(response, "AssumeRole");
}

Result<Credentials> StsClient::AssumeRoleWithWebIdentity(const RoleToAssume& role,
                                                         std::string_view token) {
  Query input = InputOf(role);
  input.emplace_back("WebIdentityToken", token);
  VARVE_ASSIGN_OR_RETURN(const HttpResponse response,
                         Call("AssumeRoleWithWebIdentity", std::move(input),
                              "assume the role " + role.role_arn + " with a web identity"));
  return CredentialsOf(response, "AssumeRoleWithWebIdentity");
}

Result<CallerIdentity> StsClient::GetCallerIdentity() {
  constexpr std::string_view kAction = "GetCallerIdentity";
  VARVE_ASSIGN_OR_RETURN(const HttpResponse response, Call(kAction, {}, "ask who is asking"));
  pugi::xml_document document;
  const pugi::xml_node node = ResultOf(response, kAction, &document);
  CallerIdentity identity{node.child_value("Account"), node.child_value("Arn"),
                          node.child_value("UserId")};
  if (identity.arn.empty())
    return Error{Code::kCorrupt, "the answer of GetCallerIdentity lacks Arn"};
  return identity;
}

}  // namespace varve::aws
