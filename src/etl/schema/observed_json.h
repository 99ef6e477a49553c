// ObservedSchema <-> JSON: how the parts of one dataset, converted by different processes, tell
// each other what they saw. A schema document would not do: it no longer says whether the integers
// of a column fit a double that another part needs.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "etl/schema/observed_schema.h"

namespace varve {

// One line. Casts are not in it: whoever reads it applies them again.
std::string ObservedToJson(const ObservedNode& observed);

// kCorrupt when the text is not what ObservedToJson gives.
Result<ObservedNode> ObservedFromJson(std::string_view text);

}  // namespace varve
