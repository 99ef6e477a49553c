// DynamoExecutionStore: ExecutionStore on a table of DynamoDB; an item an execution.
#pragma once

#include <string_view>
#include <vector>

#include "adapters/aws/dynamodb/dynamo_table.h"
#include "ports/execution_store.h"

namespace varve::aws {

class DynamoExecutionStore : public ExecutionStore {
 public:
  explicit DynamoExecutionStore(DynamoTable& table) : table_(table) {}  // must outlive it

  // kLimit when the record is larger than an item may be (400 KB).
  Status Put(const ExecutionRecord& record) override;
  Result<ExecutionRecord> Get(std::string_view name) override;
  Result<std::vector<ExecutionRecord>> Running(std::string_view after, int limit) override;

 private:
  DynamoTable& table_;
};

}  // namespace varve::aws
