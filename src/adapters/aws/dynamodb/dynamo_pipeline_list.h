// DynamoPipelineList: which pipelines keep their state in a table, and how each was configured when
// it last ran: what a state directory has files for. An item a pipeline.
#pragma once

#include <string>
#include <vector>

#include "adapters/aws/dynamodb/dynamo_table.h"
#include "base/result.h"

namespace varve::aws {

struct ListedPipeline {
  std::string name;
  std::string settings;           // the caller's own text
  std::string state_machine_arn;  // of its workflow; empty: it runs in a process of its own

  bool operator==(const ListedPipeline&) const = default;
};

class DynamoPipelineList {
 public:
  explicit DynamoPipelineList(DynamoTable& table) : table_(table) {}  // must outlive it

  // In the place of what is there of that name. Idempotent.
  Status Put(const ListedPipeline& pipeline);
  // By name.
  Result<std::vector<ListedPipeline>> All();

 private:
  DynamoTable& table_;
};

}  // namespace varve::aws
