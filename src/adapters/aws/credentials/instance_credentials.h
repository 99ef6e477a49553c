// Credentials of an EC2 instance's role, of the instance metadata service, version 2.
//
// AWS_EC2_METADATA_DISABLED=true: it is not asked. AWS_EC2_METADATA_SERVICE_ENDPOINT says where it
// is, else AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE whether by "IPv4" or "IPv6".
// Source: "IMDS credential provider" of the AWS SDKs and Tools Reference Guide; "Use the Instance
// Metadata Service" of the EC2 User Guide. Thread-safe.
#pragma once

#include "adapters/aws/core/credentials.h"
#include "adapters/aws/credentials/credential_context.h"
#include "base/result.h"

namespace varve::aws {

// kNotFound: it is disabled, nothing answers within a second (this is no instance), or the instance
// has no role.
Result<Credentials> InstanceCredentials(const CredentialContext& context);

}  // namespace varve::aws
