// Dates of HTTP headers (RFC 9110, section 5.6.7). Thread-safety: pure function.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace varve::aws {

// "Wed, 21 Oct 2015 07:28:00 GMT" as microseconds since the epoch; none: it is no date.
std::optional<int64_t> ParseHttpDate(std::string_view text);

}  // namespace varve::aws
