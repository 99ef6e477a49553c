#include "adapters/aws/credentials/sso_credentials.h"

#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "adapters/aws/core/crypto.h"
#include "adapters/aws/core/endpoint.h"
#include "adapters/aws/core/json_service.h"
#include "adapters/aws/core/profile_environment.h"
#include "base/read_file.h"
#include "base/time_text.h"

namespace varve::aws {
namespace {

using nlohmann::json;

constexpr int64_t kPortalTimeoutMs = 10'000;

struct Login {
  std::string token_key;  // whose SHA-1 names the file
  std::string region;
  std::string account_id;
  std::string role_name;
};

Error Lacks(std::string_view where, std::string_view key) {
  return Error{Code::kInvalidArgument, std::string(where) + " lacks " + std::string(key) +
                                           "; `aws configure sso` writes all that is needed"};
}

Result<Login> LoginOf(const ProfileFiles& files, std::string_view profile) {
  Login login;
  login.account_id = files.Setting(profile, "sso_account_id");
  login.role_name = files.Setting(profile, "sso_role_name");
  if (login.account_id.empty() && login.role_name.empty()) {
    return Error{Code::kNotFound, "no sso_account_id"};
  }
  if (login.account_id.empty()) return Lacks("it", "sso_account_id");
  if (login.role_name.empty()) return Lacks("it", "sso_role_name");
  const std::string session = files.Setting(profile, "sso_session");
  if (session.empty()) {
    login.token_key = files.Setting(profile, "sso_start_url");
    login.region = files.Setting(profile, "sso_region");
    if (login.token_key.empty()) return Lacks("it", "sso_session or sso_start_url");
    if (login.region.empty()) return Lacks("it", "sso_region");
    return login;
  }
  const std::string where = "[sso-session " + session + "]";
  const IniSection* const section = files.SsoSession(session);
  if (section == nullptr) {
    return Error{Code::kInvalidArgument, "its sso_session names " + where + ", which is not there"};
  }
  login.token_key = session;
  login.region = SettingOf(section, "sso_region");
  if (login.region.empty()) return Lacks(where, "sso_region");
  return login;
}

Error MustLogIn(std::string_view why, std::string_view profile) {
  return Error{Code::kPermission,
               std::string(why) + "; run `aws sso login --profile " + std::string(profile) + "`"};
}

Result<std::string> TokenOf(const CredentialContext& context, const Login& login,
                            std::string_view profile) {
  VARVE_RETURN_IF_ERROR(LoadCrypto());
  const std::string path = context.environment("HOME").value_or("") + "/.aws/sso/cache/" +
                           Hex(Sha1(login.token_key)) + ".json";
  const auto text = ReadWholeFile(path);
  if (!text.ok()) return MustLogIn("nobody is logged in (there is no " + path + ")", profile);
  const json object = json::parse(*text, nullptr, false);
  std::string token = object.is_object() ? TextOf(object, "accessToken") : "";
  if (token.empty()) return MustLogIn(path + " holds no token", profile);
  const std::string expires = TextOf(object, "expiresAt");
  const auto expires_us = ParseInstant(expires);
  if (expires_us && *expires_us > context.clock.NowUs()) return token;
  return MustLogIn("the login expired at " + expires, profile);
}

Result<Credentials> CredentialsOf(const std::string& body) {
  const json object = json::parse(body, nullptr, false);
  const auto role = object.is_object() ? object.find("roleCredentials") : object.end();
  if (role == object.end() || !role->is_object()) {
    return Error{Code::kCorrupt, "the answer has no roleCredentials"};
  }
  const auto expiration = role->find("expiration");  // milliseconds since the epoch
  Credentials credentials{TextOf(*role, "accessKeyId"), TextOf(*role, "secretAccessKey"),
                          TextOf(*role, "sessionToken"), 0};
  const bool complete = !credentials.access_key_id.empty() &&
                        !credentials.secret_access_key.empty() && expiration != role->end() &&
                        expiration->is_number_integer();
  if (!complete) return Error{Code::kCorrupt, "the answer lacks a part of the credentials"};
  credentials.expires_us = expiration->get<int64_t>() * 1000;
  return credentials;
}

}  // namespace

Result<Credentials> SsoCredentials(const CredentialContext& context, const ProfileFiles& files,
                                   std::string_view profile) {
  VARVE_ASSIGN_OR_RETURN(const Login login, LoginOf(files, profile));
  VARVE_ASSIGN_OR_RETURN(const std::string token, TokenOf(context, login, profile));
  VARVE_ASSIGN_OR_RETURN(const Environment places, WithProfile(context.environment));
  KnownCredentials nobody;
  AwsClient client(context.http, nobody, context.clock, context.random,
                   SettingsOfSearch(login.region));
  AwsRequest request;
  request.service = "sso";
  request.method = "GET";
  request.endpoint = EndpointOf("portal.sso", login.region, places);
  request.path = "/federation/credentials";
  request.query = {{"account_id", login.account_id}, {"role_name", login.role_name}};
  request.headers = {{"x-amz-sso_bearer_token", token}};
  request.timeout_ms = kPortalTimeoutMs;
  const std::string what = "get the credentials of " + login.role_name + " in " + login.account_id;
  VARVE_ASSIGN_OR_RETURN(const AwsReply reply, client.Send(request));
  if (reply.failure && reply.failure->status == 401) {
    return MustLogIn(ToError(*reply.failure, what).message, profile);
  }
  if (reply.failure) return Refusal(ToError(*reply.failure, what));
  return CredentialsOf(reply.response.body);
}

}  // namespace varve::aws
