// Reads files' items.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/aws/dynamodb/dynamo_table.h"
#include "adapters/aws/dynamodb/file_item.h"

namespace varve::aws {

Error UnknownFile(const ObjectRef& ref);

Result<FileEntry> ReadFile(DynamoTable& table, std::string_view pipeline, const ObjectRef& ref);
// Those of `refs` that are tracked.
Result<std::map<ObjectRef, FileEntry>> ReadFiles(DynamoTable& table, std::string_view pipeline,
                                                 const std::vector<ObjectRef>& refs);

// What is known of a key, of all buckets: one look, strongly consistent.
struct KeyVersions {
  std::map<std::string, uint64_t> heads;  // by their sort key: how many versions came
  std::vector<FileEntry> versions;
};
Result<KeyVersions> ReadVersions(DynamoTable& table, std::string_view pipeline,
                                 std::string_view key);
uint64_t HeadCount(const nlohmann::json& head);

}  // namespace varve::aws
