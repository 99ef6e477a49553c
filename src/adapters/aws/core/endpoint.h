// Endpoints: where a service answers.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "adapters/aws/core/environment_credentials.h"

namespace varve::aws {

// "https://sqs.eu-west-1.amazonaws.com", without a slash at its end: the configured one, else AWS's
// own. `service` is as endpoints have it: "s3", "states", …
std::string EndpointOf(std::string_view service, std::string_view region,
                       const Environment& environment = ProcessEnvironment);

// The one of AWS_ENDPOINT_URL_<SERVICE> or AWS_ENDPOINT_URL, if there is one and
// AWS_IGNORE_CONFIGURED_ENDPOINT_URLS is not "true".
std::optional<std::string> ConfiguredEndpoint(std::string_view service,
                                              const Environment& environment = ProcessEnvironment);

// Of AWS_REGION, else AWS_DEFAULT_REGION, else us-east-1.
std::string RegionOf(const Environment& environment = ProcessEnvironment);

}  // namespace varve::aws
