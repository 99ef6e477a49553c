#include "adapters/aws/dynamodb/dynamo_execution_store.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "adapters/aws/dynamodb/file_item.h"
#include "adapters/aws/dynamodb/item.h"
#include "adapters/aws/dynamodb/table.h"

namespace varve::aws {
namespace {

using nlohmann::json;

constexpr std::string_view kStates[] = {"running", "succeeded", "failed"};

json ExecutionItem(const ExecutionRecord& record) {
  const Execution& execution = record.execution;
  const Key key = ExecutionKey(execution.name);
  json item = {{"pk", TextValue(key.pk)},
               {"sk", TextValue(key.sk)},
               {"execution_name", TextValue(execution.name)},
               {"input", TextValue(execution.input)},
               {"execution_state", TextValue(kStates[static_cast<size_t>(execution.state)])},
               {"step", TextValue(execution.step)},
               {"attempt", NumberValue(execution.attempt)},
               {"error", TextValue(execution.error)},
               {"started_us", NumberValue(execution.started_us)},
               {"updated_us", NumberValue(execution.updated_us)},
               {"rev", NumberValue(record.revision)},
               {"wake_us", NumberValue(record.wake_us)},
               {"step_data", TextValue(record.data)}};
  if (execution.state == ExecutionState::kRunning) {
    PutIndexKey(&item, kListingIndex, {std::string(kRunningExecutions), execution.name});
  }
  return item;
}

Result<ExecutionRecord> ParseExecution(const json& item) {
  ItemReader reader(item);
  ExecutionRecord record;
  Execution& execution = record.execution;
  execution.name = reader.Text("execution_name");
  execution.input = reader.Text("input");
  const std::string name = reader.Text("execution_state");
  const auto state = std::find(std::begin(kStates), std::end(kStates), name);
  if (state == std::end(kStates)) {
    reader.Refuse("execution_state");
  } else {
    execution.state = static_cast<ExecutionState>(state - std::begin(kStates));
  }
  execution.step = reader.Text("step");
  execution.attempt = static_cast<uint32_t>(reader.Unsigned("attempt"));
  execution.error = reader.Text("error");
  execution.started_us = reader.Int("started_us");
  execution.updated_us = reader.Int("updated_us");
  record.revision = reader.Unsigned("rev");
  record.wake_us = reader.Int("wake_us");
  record.data = reader.Text("step_data");
  VARVE_RETURN_IF_ERROR(reader.status());
  return record;
}

}  // namespace

// Whoever is refused looks whether what is stored is its own: then its first answer was lost.
Status DynamoExecutionStore::Put(const ExecutionRecord& record) {
  const std::string& name = record.execution.name;
  if (record.revision > 0) {
    const Condition follows =
        record.revision == 1 ? IsAbsent() : NumberIs("rev", record.revision - 1);
    VARVE_ASSIGN_OR_RETURN(const Written written, table_.Put(ExecutionItem(record), follows));
    if (written == Written::kDone) return Ok{};
  }
  const auto stored = Get(name);
  if (!stored.ok() && stored.error().code != Code::kNotFound) return stored.error();
  if (stored.ok() && *stored == record) return Ok{};
  const uint64_t revision = stored.ok() ? stored->revision : 0;
  return Error{Code::kConflict,
               "execution " + name + " is at revision " + std::to_string(revision)};
}

Result<ExecutionRecord> DynamoExecutionStore::Get(std::string_view name) {
  VARVE_ASSIGN_OR_RETURN(const auto item, table_.Get(ExecutionKey(name)));
  if (!item) return Error{Code::kNotFound, "no execution " + std::string(name)};
  return ParseExecution(*item);
}

Result<std::vector<ExecutionRecord>> DynamoExecutionStore::Running(std::string_view after,
                                                                   int limit) {
  ItemQuery query;
  query.index = kListingIndex;
  query.pk = kRunningExecutions;
  if (!after.empty()) query.sk_after = std::string(after);
  query.limit = std::max(limit, 1);
  VARVE_ASSIGN_OR_RETURN(const std::vector<json> items, table_.QueryAll(query));
  std::vector<ExecutionRecord> running;
  for (const json& item : items) {
    VARVE_ASSIGN_OR_RETURN(ExecutionRecord record, ParseExecution(item));
    running.push_back(std::move(record));
  }
  return running;
}

}  // namespace varve::aws
