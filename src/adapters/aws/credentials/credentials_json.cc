#include "adapters/aws/credentials/credentials_json.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "adapters/aws/core/json_service.h"
#include "base/time_text.h"

namespace varve::aws {
namespace {

using nlohmann::json;

std::string Either(const json& object, const char* one, const char* other) {
  const std::string text = TextOf(object, one);
  return text.empty() ? TextOf(object, other) : text;
}

// What the object says instead of giving credentials.
std::optional<Error> RefusalIn(const json& object) {
  const std::string code = Either(object, "Code", "code");
  if (code.empty() || code == "Success") return std::nullopt;
  const std::string why = Either(object, "Message", "message");
  return Error{Code::kPermission, why.empty() ? code : code + ": " + why};
}

}  // namespace

Result<Credentials> CredentialsFromJson(std::string_view text) {
  const json object = json::parse(text, nullptr, false);
  if (!object.is_object()) return Error{Code::kCorrupt, "the answer is no JSON object"};
  if (auto refusal = RefusalIn(object)) return *std::move(refusal);
  Credentials credentials;
  credentials.access_key_id = TextOf(object, "AccessKeyId");
  credentials.secret_access_key = TextOf(object, "SecretAccessKey");
  credentials.session_token = Either(object, "SessionToken", "Token");
  if (credentials.access_key_id.empty() || credentials.secret_access_key.empty()) {
    return Error{Code::kCorrupt, "the answer lacks AccessKeyId or SecretAccessKey"};
  }
  const std::string expiration = TextOf(object, "Expiration");
  if (expiration.empty()) return credentials;
  const auto expires_us = ParseInstant(expiration);
  if (!expires_us) {
    return Error{Code::kCorrupt,
                 "Expiration is \"" + expiration + "\"; it is to be like 2025-01-17T09:30:00Z"};
  }
  credentials.expires_us = *expires_us;
  return credentials;
}

}  // namespace varve::aws
