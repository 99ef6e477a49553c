// AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, which is also how Lambda hands
// out a function's role.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "adapters/aws/core/credentials.h"

namespace varve::aws {

// A variable of the environment; none: it is not set, or empty.
using Environment = std::function<std::optional<std::string>(const char* name)>;
std::optional<std::string> ProcessEnvironment(const char* name);

class EnvironmentCredentials : public CredentialsProvider {
 public:
  explicit EnvironmentCredentials(Environment environment = ProcessEnvironment)
      : environment_(std::move(environment)) {}
  Result<Credentials> Get() override;

 private:
  const Environment environment_;
};

}  // namespace varve::aws
