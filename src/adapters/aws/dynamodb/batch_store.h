// Reads and prepares batches' items, with the sets their outputs may be in.
#pragma once

#include <string_view>
#include <vector>

#include "adapters/aws/dynamodb/batch_item.h"
#include "adapters/aws/dynamodb/dynamo_table.h"

namespace varve::aws {

// kNotFound.
Result<BatchEntry> ReadBatch(DynamoTable& table, std::string_view pipeline, std::string_view id);
// Of an item that was listed.
Result<BatchEntry> ReadBatchItem(DynamoTable& table, const nlohmann::json& item);
// Gives `entry` these outputs; when they are too many for its item, they are written to a set now.
Status SetOutputs(DynamoTable& table, const std::vector<BatchOutput>& outputs, BatchEntry* entry);
}  // namespace varve::aws
