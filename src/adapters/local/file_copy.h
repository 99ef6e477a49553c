// Bytes between files, with every short count and interruption dealt with.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace varve {

// `shown` names the file in errors.
Status WriteAll(int fd, std::string_view bytes, std::string_view shown);
// From where `from` is to its end.
Status CopyAll(int from, int to, std::string_view shown);
// kLimit when there are more than `bytes_max`.
Result<std::string> ReadAll(int fd, uint64_t bytes_max, std::string_view shown);

}  // namespace varve
