// Reading small files whole: settings, tokens, schemas.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace varve {

// `what` begins an error's message: "read /etc/x: Is a directory". kNotFound, kPermission, kIo.
Result<std::string> ReadWholeFile(const std::string& path, std::string_view what = "read");

}  // namespace varve
