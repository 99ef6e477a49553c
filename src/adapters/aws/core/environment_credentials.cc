#include "adapters/aws/core/environment_credentials.h"

#include <cstdlib>

namespace varve::aws {

std::optional<std::string> ProcessEnvironment(const char* name) {
  const char* const value = std::getenv(name);
  if (value == nullptr || *value == '\0') return std::nullopt;
  return std::string(value);
}

Result<Credentials> EnvironmentCredentials::Get() {
  const auto id = environment_("AWS_ACCESS_KEY_ID");
  if (!id) return Error{Code::kNotFound, "AWS_ACCESS_KEY_ID is not set"};
  const auto secret = environment_("AWS_SECRET_ACCESS_KEY");
  if (!secret) {
    return Error{Code::kInvalidArgument,
                 "AWS_ACCESS_KEY_ID is set, and AWS_SECRET_ACCESS_KEY is not; set both"};
  }
  return Credentials{*id, *secret, environment_("AWS_SESSION_TOKEN").value_or(""), 0};
}

}  // namespace varve::aws
