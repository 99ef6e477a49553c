// What those who look for credentials need. All must outlive the search.
#pragma once

#include <string>
#include <utility>

#include "adapters/aws/core/aws_client.h"
#include "adapters/aws/core/environment_credentials.h"
#include "adapters/http/http_client.h"
#include "base/clock.h"
#include "base/random.h"

namespace varve::aws {

struct CredentialContext {
  HttpClient& http;
  const Clock& clock;
  Random& random;
  Environment environment;
};

// Settings for requests that get credentials: they are not repeated, since the request that needs
// the credentials is.
inline AwsClientSettings SettingsOfSearch(std::string region) {
  AwsClientSettings settings;
  settings.region = std::move(region);
  settings.retry.attempts_max = 1;
  return settings;
}

// What somebody who was asked for credentials answered instead: not that there are none here, which
// kNotFound would mean.
inline Error Refusal(Error error) {
  if (error.code == Code::kNotFound) error.code = Code::kPermission;
  return error;
}

}  // namespace varve::aws
