// FoldCase: names that a reader may take for the same column fold to the same text.
#pragma once

#include <string>
#include <string_view>

namespace varve {

// `name` (UTF-8) in lower case. Spark compares column names in the lower case of Unicode, DuckDB in
// that of ASCII. Covers Latin, Greek, Cyrillic, Armenian and the full-width letters.
std::string FoldCase(std::string_view name);

}  // namespace varve
