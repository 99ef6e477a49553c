// A file that holds one secret line, such as a token. Thread-safety: pure function.
#pragma once

#include <string>

#include "base/result.h"

namespace varve::aws {

// Without white space around it. kPermission, naming the file: it cannot be read, is empty, or has
// several lines.
Result<std::string> ReadSecretFile(const std::string& path);

}  // namespace varve::aws
