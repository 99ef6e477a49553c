// The table itself: what CreateTable is told.
#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

#include "adapters/aws/core/json_service.h"
#include "adapters/aws/core/pause.h"
#include "base/result.h"

namespace varve::aws {

inline constexpr const char* kDueIndex = "due";
inline constexpr const char* kListingIndex = "listing";

// The input of CreateTable: on demand, with both indexes. The table is usable when DescribeTable
// says ACTIVE; nothing here waits for it.
nlohmann::json CreateTableInput(std::string_view table);

// Makes the table when it is not there, and waits until it is usable. Idempotent. kThrottled: it is
// not yet, after a minute.
Status EnsureTable(JsonService& service, std::string_view table, const Sleep& sleep = nullptr);

}  // namespace varve::aws
