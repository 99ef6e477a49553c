// DynamoSchemaLedger: SchemaLedger on a table of DynamoDB; an item a version.
#pragma once

#include <string_view>
#include <vector>

#include "adapters/aws/dynamodb/dynamo_table.h"
#include "ports/schema_ledger.h"

namespace varve::aws {

class DynamoSchemaLedger : public SchemaLedger {
 public:
  explicit DynamoSchemaLedger(DynamoTable& table) : table_(table) {}  // must outlive it

  Result<SchemaVersion> Latest(std::string_view pipeline) override;
  Result<std::vector<SchemaVersion>> Versions(std::string_view pipeline) override;
  // kLimit when the schema's text is larger than an item may be (400 KB).
  Status Append(std::string_view pipeline, const SchemaVersion& next) override;

 private:
  DynamoTable& table_;
};

}  // namespace varve::aws
