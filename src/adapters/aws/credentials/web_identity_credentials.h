// Credentials of a role that trusts an identity provider, whose token is in a file: how Kubernetes'
// service accounts (EKS), GitHub's and others' jobs get a role.
//
// Of AWS_WEB_IDENTITY_TOKEN_FILE, AWS_ROLE_ARN and AWS_ROLE_SESSION_NAME, else of a profile's
// web_identity_token_file, role_arn and role_session_name. The file is read at each search: its
// owner replaces it. Source: "Assume role credential provider" of the AWS SDKs and Tools Reference
// Guide. Thread-safe.
#pragma once

#include <string_view>

#include "adapters/aws/core/credentials.h"
#include "adapters/aws/core/profile_files.h"
#include "adapters/aws/credentials/credential_context.h"
#include "base/result.h"

namespace varve::aws {

// The environment goes before the profile, setting by setting. kNotFound: no token file is named.
Result<Credentials> WebIdentityCredentials(const CredentialContext& context,
                                           const ProfileFiles& files, std::string_view profile);

// Of the profile alone, as the source of another.
Result<Credentials> WebIdentityOfProfile(const CredentialContext& context,
                                         const ProfileFiles& files, std::string_view profile);

}  // namespace varve::aws
