#include "adapters/aws/dynamodb/table.h"

#include <string>

#include "base/clock.h"
#include "base/random.h"

namespace varve::aws {
namespace {

using nlohmann::json;

json KeySchema(const std::string& partition, const std::string& sort) {
  return json::array({{{"AttributeName", partition}, {"KeyType", "HASH"}},
                      {{"AttributeName", sort}, {"KeyType", "RANGE"}}});
}

json Index(const std::string& name) {
  return {{"IndexName", name},
          {"KeySchema", KeySchema(name + "_pk", name + "_sk")},
          {"Projection", {{"ProjectionType", "ALL"}}}};
}

// "ACTIVE", "CREATING", …; empty: there is no such table.
Result<std::string> StatusOf(JsonService& service, std::string_view table) {
  VARVE_ASSIGN_OR_RETURN(const JsonReply reply,
                         service.Send("DescribeTable", {{"TableName", table}}));
  if (!reply.failure) return TextOf(reply.body.value("Table", json::object()), "TableStatus");
  if (reply.failure->code.ends_with("ResourceNotFoundException")) return std::string();
  return ToError(*reply.failure, "look at the table " + std::string(table));
}

Status Create(JsonService& service, std::string_view table) {
  VARVE_ASSIGN_OR_RETURN(const JsonReply reply,
                         service.Send("CreateTable", CreateTableInput(table)));
  // Another process was faster.
  if (!reply.failure || reply.failure->code.ends_with("ResourceInUseException")) return Ok{};
  return ToError(*reply.failure, "make the table " + std::string(table));
}

}  // namespace

Status EnsureTable(JsonService& service, std::string_view table, const Sleep& sleep) {
  constexpr RetryPolicy kLooks = {20, kMicrosPerSecond, 5 * kMicrosPerSecond};
  VARVE_ASSIGN_OR_RETURN(std::string status, StatusOf(service, table));
  if (status.empty()) VARVE_RETURN_IF_ERROR(Create(service, table));
  for (uint32_t look = 1; status != "ACTIVE" && look <= kLooks.attempts_max; ++look) {
    VARVE_ASSIGN_OR_RETURN(status, StatusOf(service, table));
    if (status != "ACTIVE") Pause(kLooks, look, SystemRandom(), sleep);
  }
  if (status == "ACTIVE") return Ok{};
  return Error{Code::kThrottled, "the table " + std::string(table) + " is " +
                                     (status.empty() ? "not there" : status) +
                                     "; try again when it is ACTIVE"};
}

json CreateTableInput(std::string_view table) {
  json attributes = json::array();
  for (const char* name : {"pk", "sk", "due_pk", "due_sk", "listing_pk", "listing_sk"}) {
    attributes.push_back({{"AttributeName", name}, {"AttributeType", "S"}});
  }
  return {{"TableName", table},
          {"BillingMode", "PAY_PER_REQUEST"},
          {"AttributeDefinitions", attributes},
          {"KeySchema", KeySchema("pk", "sk")},
          {"GlobalSecondaryIndexes", json::array({Index(kDueIndex), Index(kListingIndex)})}};
}

}  // namespace varve::aws
