// StsClient: AWS's Security Token Service. Source: "AWS Security Token Service API Reference",
// version 2011-06-15, query protocol. Thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "adapters/aws/core/aws_client.h"
#include "adapters/aws/core/credentials.h"
#include "adapters/aws/core/uri.h"
#include "base/result.h"

namespace varve::aws {

struct RoleToAssume {
  std::string role_arn;
  std::string session_name;      // what AWS's logs call who did something
  std::string external_id;       // empty: none
  std::string duration_seconds;  // empty: AWS's default, an hour
};

struct CallerIdentity {
  std::string account;
  std::string arn;
  std::string user_id;
};

// Errors as of AwsClient::Call; kCorrupt: the answer lacks what it must have.
class StsClient {
 public:
  // `client` must outlive it. `endpoint` without a slash at its end.
  StsClient(AwsClient& client, std::string endpoint)
      : client_(client), endpoint_(std::move(endpoint)) {}

  Result<Credentials> AssumeRole(const RoleToAssume& role);
  // By a token of an identity provider that the role trusts. `client` is to have nobody's
  // credentials.
  Result<Credentials> AssumeRoleWithWebIdentity(const RoleToAssume& role, std::string_view token);
  Result<CallerIdentity> GetCallerIdentity();

 private:
  Result<HttpResponse> Call(std::string_view action, Query input, std::string_view what);

  AwsClient& client_;
  const std::string endpoint_;
};

}  // namespace varve::aws
