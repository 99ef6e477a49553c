// Pages over several queries, one after the other, as if they were one list.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/aws/dynamodb/dynamo_table.h"

namespace varve::aws {

struct ItemPage {
  std::vector<nlohmann::json> items;
  std::string next;  // `after` of the next page; empty: this was the last
};

// Up to `limit` items that `wanted` (null: all) accepts. `after` is kInvalidArgument when it is not
// the `next` of the same queries.
Result<ItemPage> WalkPage(DynamoTable& table, std::vector<ItemQuery> queries,
                          std::string_view after, int limit,
                          const std::function<bool(const nlohmann::json&)>& wanted);

}  // namespace varve::aws
