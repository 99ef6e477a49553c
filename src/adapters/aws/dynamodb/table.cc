#include "adapters/aws/dynamodb/table.h"

#include <string>

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

}  // namespace

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
