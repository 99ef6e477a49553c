// Credentials as JSON, as processes, containers and instances tell them: AccessKeyId,
// SecretAccessKey, SessionToken or Token, and Expiration, an instant of ISO 8601.
// Thread-safety: pure functions.
#pragma once

#include <string_view>

#include "adapters/aws/core/credentials.h"
#include "base/result.h"

namespace varve::aws {

// kCorrupt: `text` is no such object, or it lacks something; secrets are not in the message.
// kPermission: the object says why there are none ("Code" other than "Success", or "code", and
// "message").
Result<Credentials> CredentialsFromJson(std::string_view text);

}  // namespace varve::aws
