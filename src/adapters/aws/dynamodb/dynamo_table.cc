#include "adapters/aws/dynamodb/dynamo_table.h"

#include <algorithm>
#include <cstdio>

#include "adapters/aws/dynamodb/item.h"
#include "adapters/aws/dynamodb/transaction_failure.h"
#include "base/clock.h"
#include "base/random.h"

namespace varve::aws {
namespace {

using nlohmann::json;

constexpr size_t kKeysMax = 100;     // of BatchGetItem
constexpr size_t kActionsMax = 100;  // of TransactWriteItems
constexpr RetryPolicy kBackoff = {0, kMicrosPerSecond / 200, kMicrosPerSecond / 2};

json KeyItem(const Key& key) { return {{"pk", TextValue(key.pk)}, {"sk", TextValue(key.sk)}}; }

void AddCondition(const Condition& condition, json* input) {
  if (condition.expression.empty()) return;
  (*input)["ConditionExpression"] = condition.expression;
  if (!condition.values.empty()) (*input)["ExpressionAttributeValues"] = condition.values;
}

// Names this very call: should its answer be lost, sending it again does not do it twice. No two
// processes may draw the same one, so a seed does not decide it.
std::string NewToken() {
  char token[40];
  std::snprintf(token, sizeof token, "%016llx%016llx",
                static_cast<unsigned long long>(SystemRandom().Next()),
                static_cast<unsigned long long>(SystemRandom().Next()));
  return token;
}

Error SizedError(const AwsFailure& failure, std::string_view what) {
  Error error = ToError(failure, what);
  if (SaysTooLarge(failure.message)) error.code = Code::kLimit;
  return error;
}

json QueryInput(const std::string& table, const ItemQuery& query) {
  const std::string prefix = query.index.empty() ? "" : query.index + "_";
  json values = {{":pk", TextValue(query.pk)}};
  std::string condition = prefix + "pk = :pk";
  const auto sort = [&](const std::string& expression, const std::string& value) {
    condition += " AND " + expression;
    values[":sk"] = TextValue(value);
  };
  if (!query.sk_prefix.empty()) sort("begins_with(" + prefix + "sk, :sk)", query.sk_prefix);
  if (query.sk_max) sort(prefix + "sk <= :sk", *query.sk_max);
  if (query.sk_after) sort(prefix + "sk > :sk", *query.sk_after);
  json input = {{"TableName", table},
                {"KeyConditionExpression", condition},
                {"ExpressionAttributeValues", values},
                {"ScanIndexForward", !query.descending}};
  if (query.index.empty()) {
    input["ConsistentRead"] = true;
  } else {
    input["IndexName"] = query.index;
  }
  if (query.limit > 0) input["Limit"] = query.limit;
  if (!query.start.is_null()) input["ExclusiveStartKey"] = query.start;
  return input;
}

}  // namespace

Condition IsAbsent() { return {"attribute_not_exists(pk)", nullptr}; }

Condition NumberIs(const std::string& attribute, uint64_t number) {
  return {attribute + " = :seen", {{":seen", NumberValue(number)}}};
}

json StartAfter(const std::string& index, const json& item) {
  json start = {{"pk", item.at("pk")}, {"sk", item.at("sk")}};
  if (!index.empty()) {
    for (const std::string& name : {index + "_pk", index + "_sk"}) start[name] = item.at(name);
  }
  return start;
}

DynamoTable::DynamoTable(JsonService& service, DynamoSettings settings)
    : service_(service), settings_(std::move(settings)) {}

void DynamoTable::Wait(int attempt) {
  Pause(kBackoff, static_cast<uint32_t>(attempt) + 1, SystemRandom(), settings_.sleep);
}

Result<std::optional<json>> DynamoTable::Get(const Key& key) {
  const json input = {
      {"TableName", settings_.table}, {"Key", KeyItem(key)}, {"ConsistentRead", true}};
  VARVE_ASSIGN_OR_RETURN(json answer, service_.Call("GetItem", input, "read " + key.pk));
  if (!answer.contains("Item")) return std::optional<json>();
  return std::optional<json>(std::move(answer["Item"]));
}

Result<std::map<Key, json>> DynamoTable::GetAll(const std::vector<Key>& keys) {
  std::map<Key, json> items;
  std::vector<json> left;
  for (const Key& key : keys) {
    if (items.emplace(key, nullptr).second) left.push_back(KeyItem(key));
  }
  for (int fruitless = 0; !left.empty();) {
    const size_t count = std::min(left.size(), kKeysMax);
    json wanted(std::vector<json>(left.end() - static_cast<ptrdiff_t>(count), left.end()));
    left.resize(left.size() - count);
    const json input = {
        {"RequestItems", {{settings_.table, {{"Keys", wanted}, {"ConsistentRead", true}}}}}};
    VARVE_ASSIGN_OR_RETURN(const json answer, service_.Call("BatchGetItem", input, "read items"));
    const json found =
        answer.value("Responses", json::object()).value(settings_.table, json::array());
    for (const json& item : found) {
      ItemReader reader(item);
      items[{reader.Text("pk"), reader.Text("sk")}] = item;
    }
    // What did not fit into 16 MB, or came too fast.
    const json rest = answer.value("UnprocessedKeys", json::object())
                          .value(settings_.table, json::object())
                          .value("Keys", json::array());
    left.insert(left.end(), rest.begin(), rest.end());
    fruitless = found.empty() && !rest.empty() ? fruitless + 1 : 0;
    if (fruitless >= settings_.attempts_max) {
      return Error{Code::kThrottled, "read items: the table gives none of them"};
    }
    if (fruitless > 0) Wait(fruitless);
  }
  std::erase_if(items, [](const auto& entry) { return entry.second.is_null(); });
  return items;
}

Result<QueryPage> DynamoTable::QueryOnce(const ItemQuery& query) {
  VARVE_ASSIGN_OR_RETURN(
      json answer, service_.Call("Query", QueryInput(settings_.table, query), "list " + query.pk));
  QueryPage page;
  for (json& item : answer["Items"]) page.items.push_back(std::move(item));
  if (answer.contains("LastEvaluatedKey") && !answer["LastEvaluatedKey"].empty()) {
    page.next = std::move(answer["LastEvaluatedKey"]);
  }
  return page;
}

Result<std::vector<json>> DynamoTable::QueryAll(ItemQuery query) {
  std::vector<json> items;
  const size_t wanted = query.limit > 0 ? static_cast<size_t>(query.limit) : SIZE_MAX;
  while (true) {
    VARVE_ASSIGN_OR_RETURN(QueryPage page, QueryOnce(query));
    std::move(page.items.begin(), page.items.end(), std::back_inserter(items));
    if (page.next.is_null() || items.size() >= wanted) break;
    query.start = std::move(page.next);
    if (query.limit > 0) query.limit = static_cast<int>(wanted - items.size());
  }
  return items;
}

Result<Written> DynamoTable::Put(const json& item, const Condition& condition) {
  json input = {{"TableName", settings_.table}, {"Item", item}};
  AddCondition(condition, &input);
  return SendPut(input);
}

Result<Written> DynamoTable::SendPut(const json& input) {
  for (int attempt = 0;; ++attempt) {
    VARVE_ASSIGN_OR_RETURN(const JsonReply reply, service_.Send("PutItem", input));
    if (!reply.failure) return Written::kDone;
    if (reply.failure->code == "ConditionalCheckFailedException") return Written::kRefused;
    if (reply.failure->code != "TransactionConflictException" ||
        attempt + 1 >= settings_.attempts_max) {
      return SizedError(*reply.failure, "write an item");
    }
    Wait(attempt);
  }
}

Result<uint64_t> DynamoTable::Increment(const Key& key, const std::string& attribute) {
  const json input = {{"TableName", settings_.table},
                      {"Key", KeyItem(key)},
                      {"UpdateExpression", "ADD " + attribute + " :one"},
                      {"ExpressionAttributeValues", {{":one", NumberValue(1)}}},
                      {"ReturnValues", "UPDATED_NEW"}};
  VARVE_ASSIGN_OR_RETURN(const json answer, service_.Call("UpdateItem", input, "count " + key.pk));
  const json attributes = answer.value("Attributes", json::object());
  ItemReader reader(attributes);
  const uint64_t number = reader.Unsigned(attribute.c_str());
  VARVE_RETURN_IF_ERROR(reader.status());
  return number;
}

json DynamoTable::PutAction(const json& item, const Condition& condition) const {
  json action = {{"TableName", settings_.table}, {"Item", item}};
  AddCondition(condition, &action);
  return {{"Put", action}};
}

json DynamoTable::AddAction(const Key& key, const std::map<std::string, int64_t>& amounts) const {
  std::string expression;
  json values;
  for (const auto& [attribute, amount] : amounts) {
    const std::string name = ":" + attribute;
    expression += (expression.empty() ? "ADD " : ", ") + attribute + " " + name;
    values[name] = NumberValue(amount);
  }
  return {{"Update",
           {{"TableName", settings_.table},
            {"Key", KeyItem(key)},
            {"UpdateExpression", expression},
            {"ExpressionAttributeValues", values}}}};
}

Result<Written> DynamoTable::Write(const std::vector<json>& actions) {
  if (actions.size() == 1 && actions[0].contains("Put")) return SendPut(actions[0]["Put"]);
  return Transact(actions);
}

Result<Written> DynamoTable::Transact(const std::vector<json>& actions) {
  constexpr std::string_view kWhat = "write items together";
  if (actions.size() > kActionsMax) {
    return Error{Code::kLimit, std::to_string(actions.size()) +
                                   " items are to change together; DynamoDB changes at most 100"};
  }
  json input = {{"TransactItems", actions}};
  for (int attempt = 0;; ++attempt) {
    input["ClientRequestToken"] = NewToken();
    VARVE_ASSIGN_OR_RETURN(const JsonReply reply, service_.Send("TransactWriteItems", input));
    if (!reply.failure) return Written::kDone;
    const Cancelled cancelled = ReadCancellation(*reply.failure);
    if (cancelled == Cancelled::kCondition) return Written::kRefused;
    if (cancelled == Cancelled::kNo) return SizedError(*reply.failure, kWhat);
    if (cancelled == Cancelled::kInvalid) return CancellationError(*reply.failure, kWhat);
    if (attempt + 1 >= settings_.attempts_max) {
      return Error{Code::kThrottled, ToError(*reply.failure, kWhat).message};
    }
    Wait(attempt);
  }
}

}  // namespace varve::aws
