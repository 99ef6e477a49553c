// Credentials of a program: `credential_process` of a profile. It prints JSON of version 1
// (credentials_json.h) and exits with 0.
// Source: "Source credentials with an external process" of the AWS CLI's user guide.
#pragma once

#include <cstdint>
#include <string>

#include "adapters/aws/core/credentials.h"
#include "base/result.h"

namespace varve::aws {

// Runs the command, without a shell (command_words.h), and waits for it. kPermission when it fails,
// with the end of what it wrote to standard error; its standard output is never shown.
Result<Credentials> ProcessCredentials(const std::string& command, int64_t timeout_ms = 60'000);

}  // namespace varve::aws
