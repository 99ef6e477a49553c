// The configuration of each pipeline, kept in the table: operators' commands find it there.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "adapters/aws/dynamodb/dynamo_table.h"

namespace varve::aws {

struct PipelineSettings {
  std::string pipeline;
  std::string text;

  bool operator==(const PipelineSettings&) const = default;
};

// Replaces what is there.
Status PutSettings(DynamoTable& table, std::string_view pipeline, std::string_view text);
Result<std::string> GetSettings(DynamoTable& table, std::string_view pipeline);  // kNotFound
Result<std::vector<PipelineSettings>> ListSettings(DynamoTable& table);          // by name

}  // namespace varve::aws
