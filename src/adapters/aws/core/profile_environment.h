// What a profile says of region and endpoints, as if the environment said it.
#pragma once

#include "adapters/aws/core/environment_credentials.h"
#include "base/result.h"

namespace varve::aws {

// `environment`, and where it says nothing the profile's `region` (as AWS_REGION), the
// `endpoint_url` of its `services` section (AWS_ENDPOINT_URL_<SERVICE>), and its `endpoint_url`
// (AWS_ENDPOINT_URL). Endpoints of the environment go before all endpoints of the profile. The
// files are read now, and not again; they are not read at all when the environment says it all.
// Source: "Service-specific endpoints" of the AWS SDKs and Tools Reference Guide.
Result<Environment> WithProfile(const Environment& environment);

}  // namespace varve::aws
