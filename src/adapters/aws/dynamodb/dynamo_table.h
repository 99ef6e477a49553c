// DynamoTable: reads and conditional writes on one table.
//
// What the service says may pass is tried again here: unprocessed keys of a batch, and transactions
// that met another one. Every read but Query on an index is strongly consistent. Thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "adapters/aws/core/json_service.h"
#include "adapters/aws/core/pause.h"
#include "adapters/aws/dynamodb/keys.h"
#include "base/result.h"

namespace varve::aws {

// Must hold for a write to happen. `values` are of the expression: {":r": {"N": "1"}}.
struct Condition {
  std::string expression;
  nlohmann::json values;
};

Condition IsAbsent();
Condition NumberIs(const std::string& attribute, uint64_t number);

enum class Written {
  kDone,
  kRefused,  // a condition does not hold: nothing was written
};

// Items of the table with partition `pk`, or of `index` when it is not empty, in the order of their
// sort keys.
struct ItemQuery {
  std::string index;
  std::string pk;
  std::string sk_prefix;                // only those that begin with it
  std::optional<std::string> sk_max;    // only up to it; not together with a prefix
  std::optional<std::string> sk_after;  // only beyond it; not together with the others
  bool descending = false;
  int limit = 0;         // 0: as many as fit into an answer
  nlohmann::json start;  // StartAfter of an item, or QueryPage::next; null: from the first
};

struct QueryPage {
  std::vector<nlohmann::json> items;
  nlohmann::json next;  // `start` of the next page; null: there is none
};

// `start` of a query on `index` that goes on after `item`.
nlohmann::json StartAfter(const std::string& index, const nlohmann::json& item);

struct DynamoSettings {
  std::string table;
  int attempts_max = 10;  // of what met another transaction
  Sleep sleep;
};

class DynamoTable {
 public:
  // `service` must outlive it.
  DynamoTable(JsonService& service, DynamoSettings settings);

  const std::string& name() const { return settings_.table; }

  Result<std::optional<nlohmann::json>> Get(const Key& key);
  // Those of `keys` that are there, in requests of 100.
  Result<std::map<Key, nlohmann::json>> GetAll(const std::vector<Key>& keys);
  Result<QueryPage> QueryOnce(const ItemQuery& query);
  // Page by page until there are `query.limit` (0: all).
  Result<std::vector<nlohmann::json>> QueryAll(ItemQuery query);

  // An empty condition always holds.
  Result<Written> Put(const nlohmann::json& item, const Condition& condition);
  // Adds 1 to a number, which is 0 when it is absent, and gives it.
  Result<uint64_t> Increment(const Key& key, const std::string& attribute);

  nlohmann::json PutAction(const nlohmann::json& item, const Condition& condition) const;
  nlohmann::json AddAction(const Key& key, const std::map<std::string, int64_t>& amounts) const;
  // All of up to 100 actions, on different items, or none.
  Result<Written> Transact(const std::vector<nlohmann::json>& actions);
  // The same for callers who read again when they are refused: one action goes without a
  // transaction, which costs half, but is refused when it is sent twice because its answer was
  // lost.
  Result<Written> Write(const std::vector<nlohmann::json>& actions);

  // A while that grows with `attempt`, from 0, with jitter.
  void Wait(int attempt);

 private:
  Result<Written> SendPut(const nlohmann::json& input);

  JsonService& service_;
  const DynamoSettings settings_;
};

}  // namespace varve::aws
