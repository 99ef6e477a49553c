// The table itself: what CreateTable is told.
#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

namespace varve::aws {

inline constexpr const char* kDueIndex = "due";
inline constexpr const char* kListingIndex = "listing";

// The input of CreateTable: on demand, with both indexes. The table is usable when DescribeTable
// says ACTIVE; nothing here waits for it.
nlohmann::json CreateTableInput(std::string_view table);

}  // namespace varve::aws
