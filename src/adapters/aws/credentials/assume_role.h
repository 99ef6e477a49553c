// Roles as profiles name them, and credentials for them. Thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "adapters/aws/core/profile_files.h"
#include "adapters/aws/credentials/credential_context.h"
#include "adapters/aws/credentials/sts_client.h"
#include "base/result.h"

namespace varve::aws {

// What a profile says of role_arn, role_session_name, external_id and duration_seconds.
RoleToAssume RoleOf(const ProfileFiles& files, std::string_view profile);

// With STS in the region, and at the endpoint, of environment and profile. A session without name
// gets one.
Result<Credentials> AssumeRoleAs(const CredentialContext& context, RoleToAssume role,
                                 Credentials source);
Result<Credentials> AssumeRoleByToken(const CredentialContext& context, RoleToAssume role,
                                      std::string_view token);

}  // namespace varve::aws
