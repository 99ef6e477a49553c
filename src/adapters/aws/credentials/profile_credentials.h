// Credentials that a profile holds or leads to, without assuming its role: of a web identity, of
// IAM Identity Center, static ones of ~/.aws/credentials, of a process, static ones of
// ~/.aws/config; in this order, which is the AWS CLI's. Thread-safe.
#pragma once

#include <string_view>

#include "adapters/aws/core/credentials.h"
#include "adapters/aws/core/profile_files.h"
#include "adapters/aws/credentials/credential_context.h"
#include "base/result.h"

namespace varve::aws {

// Whether aws_access_key_id is in the profile.
bool HasStaticCredentials(const ProfileFiles& files, std::string_view profile);

// kNotFound: there is no such profile, or it says nothing of credentials.
Result<Credentials> ProfileCredentials(const CredentialContext& context, const ProfileFiles& files,
                                       std::string_view profile);

}  // namespace varve::aws
