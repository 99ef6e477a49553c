// Credentials of a container: of an ECS task (AWS_CONTAINER_CREDENTIALS_RELATIVE_URI, at
// 169.254.170.2), or of whatever AWS_CONTAINER_CREDENTIALS_FULL_URI names, such as EKS's Pod
// Identity agent, asked with the token of AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE or
// AWS_CONTAINER_AUTHORIZATION_TOKEN.
// Source: "Container credential provider" of the AWS SDKs and Tools Reference Guide. Thread-safe.
#pragma once

#include <string>

#include "adapters/aws/core/credentials.h"
#include "adapters/aws/credentials/credential_context.h"
#include "base/result.h"

namespace varve::aws {

// kNotFound: neither variable is set. kInvalidArgument: the address is not one that may be told the
// token: without TLS these are loopback and the addresses of ECS and EKS.
Result<std::string> ContainerUrl(const Environment& environment);

Result<Credentials> ContainerCredentials(const CredentialContext& context);

}  // namespace varve::aws
