// "Did you mean ...?" for mistyped flags, commands and configuration keys.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace varve::cli {

// The candidate most like `word`: one that `word` begins, or the nearest by edits (insertion,
// deletion, substitution, swap of neighbours). Empty when none is near.
std::string Suggest(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace varve::cli
