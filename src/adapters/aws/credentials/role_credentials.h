// Credentials of the role that a profile names: role_arn, assumed with the credentials of
// source_profile, which may name a role itself, or of credential_source.
// Source: "Assume role credential provider" of the AWS SDKs and Tools Reference Guide. Thread-safe.
#pragma once

#include <string>

#include "adapters/aws/core/credentials.h"
#include "adapters/aws/core/profile_files.h"
#include "adapters/aws/credentials/credential_context.h"
#include "base/result.h"

namespace varve::aws {

// kNotFound: the profile names no role, or one for a web identity (web_identity_credentials.h).
// kInvalidArgument: what it names does not lead to credentials.
Result<Credentials> RoleCredentials(const CredentialContext& context, const ProfileFiles& files,
                                    const std::string& profile);

}  // namespace varve::aws
