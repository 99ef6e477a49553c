// Credentials of IAM Identity Center: what `aws sso login` allows a profile with sso_account_id and
// sso_role_name, and either sso_session, a section of its own, or sso_start_url and sso_region.
//
// The login's token is in ~/.aws/sso/cache/<SHA-1 of the session's name, or of the URL>.json. It is
// not renewed here: when it has expired, people log in again.
// Source: "IAM Identity Center credential provider" of the AWS SDKs and Tools Reference Guide;
// GetRoleCredentials in the "IAM Identity Center Portal API Reference". Thread-safe.
#pragma once

#include <string_view>

#include "adapters/aws/core/credentials.h"
#include "adapters/aws/core/profile_files.h"
#include "adapters/aws/credentials/credential_context.h"
#include "base/result.h"

namespace varve::aws {

// kNotFound: the profile says nothing of it. kInvalidArgument: it says half of it. kPermission:
// somebody must log in, which the message says how to do.
Result<Credentials> SsoCredentials(const CredentialContext& context, const ProfileFiles& files,
                                   std::string_view profile);

}  // namespace varve::aws
