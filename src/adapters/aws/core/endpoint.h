// Endpoints: where a service answers.
#pragma once

#include <string>
#include <string_view>

#include "adapters/aws/core/environment_credentials.h"

namespace varve::aws {

// "https://sqs.eu-west-1.amazonaws.com", without a slash at its end: of AWS_ENDPOINT_URL_<SERVICE>,
// else AWS_ENDPOINT_URL, else AWS's own. `service` is as endpoints have it: "s3", "states", …
std::string EndpointOf(std::string_view service, std::string_view region,
                       const Environment& environment = ProcessEnvironment);

// Of AWS_REGION, else AWS_DEFAULT_REGION, else us-east-1.
std::string RegionOf(const Environment& environment = ProcessEnvironment);

}  // namespace varve::aws
