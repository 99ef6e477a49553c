// Paths and queries as AWS signs them: all but RFC 3986's unreserved characters escaped, with
// capital digits (SigV4, "UriEncode"). Thread-safety: pure functions.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace varve::aws {

// Names and values as they are, not escaped; in any order.
using Query = std::vector<std::pair<std::string, std::string>>;

std::string EscapeText(std::string_view text);  // "/" too
std::string EscapePath(std::string_view path);  // but not "/"

// Escaped, sorted, always name=value: what is signed and what is sent.
std::string EscapeQuery(const Query& query);

}  // namespace varve::aws
