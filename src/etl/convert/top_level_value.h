// Finds one top-level key of an NDJSON line without parsing the rest.
//
// Light on purpose: what is not looked at is not checked, because every line is parsed properly
// later. For a valid line the answer is exact; for any other it is anything. Pure function.
#pragma once

#include <string_view>

namespace varve {

// The source text of the value of `key`: a string with its quotes, a number or a literal; of an
// object or array only the first byte. Empty when the key is absent. A newline must follow `line`,
// and kBlockPadding readable bytes.
std::string_view TopLevelValue(std::string_view line, std::string_view key);

}  // namespace varve
