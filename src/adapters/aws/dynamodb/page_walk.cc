#include "adapters/aws/dynamodb/page_walk.h"

#include <algorithm>
#include <utility>

namespace varve::aws {
namespace {

using nlohmann::json;

constexpr int kLookedAt = 100;  // items a request, where some are left out

struct Position {
  size_t query = 0;
  json start;
};

Result<Position> PositionAfter(std::string_view after, size_t queries) {
  Position position;
  if (after.empty()) return position;
  const json text = json::parse(after, nullptr, false);
  if (!text.is_array() || text.size() != 2 || !text[0].is_number_unsigned() ||
      !text[1].is_object() || text[0].get<size_t>() >= queries) {
    return Error{Code::kInvalidArgument, "that is no page of this list"};
  }
  position.query = text[0].get<size_t>();
  position.start = text[1];
  return position;
}

std::string PositionText(size_t query, const json& start) {
  return json::array({query, start}).dump(-1, ' ', true, json::error_handler_t::replace);
}

}  // namespace

// One more than is asked for is looked for: only then is there a next page.
Result<ItemPage> WalkPage(DynamoTable& table, std::vector<ItemQuery> queries,
                          std::string_view after, int limit,
                          const std::function<bool(const json&)>& wanted) {
  VARVE_ASSIGN_OR_RETURN(Position position, PositionAfter(after, queries.size()));
  const size_t most = static_cast<size_t>(std::max(limit, 1));
  ItemPage page;
  std::string last;  // the position after the last item of the page
  for (size_t i = position.query; i < queries.size(); ++i) {
    ItemQuery& query = queries[i];
    query.start = std::exchange(position.start, nullptr);
    do {
      const int missing = static_cast<int>(most + 1 - page.items.size());
      query.limit = wanted ? std::max(missing, kLookedAt) : missing;
      VARVE_ASSIGN_OR_RETURN(QueryPage found, table.QueryOnce(query));
      for (json& item : found.items) {
        if (wanted && !wanted(item)) continue;
        if (page.items.size() == most) {
          page.next = last;
          return page;
        }
        last = PositionText(i, StartAfter(query.index, item));
        page.items.push_back(std::move(item));
      }
      query.start = std::move(found.next);
    } while (!query.start.is_null());
  }
  return page;
}

}  // namespace varve::aws
