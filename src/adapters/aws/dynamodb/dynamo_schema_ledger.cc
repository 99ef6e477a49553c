#include "adapters/aws/dynamodb/dynamo_schema_ledger.h"

#include <string>
#include <utility>

#include "adapters/aws/dynamodb/item.h"
#include "model/schema_json.h"

namespace varve::aws {
namespace {

using nlohmann::json;

Result<SchemaVersion> ParseVersion(const json& item) {
  ItemReader reader(item);
  SchemaVersion version;
  version.version = reader.Unsigned("schema_version");
  version.batch = reader.Text("batch");
  version.created_us = reader.Int("created_us");
  version.pinned = reader.Flag("pinned");
  const std::string text = reader.Text("schema");
  VARVE_RETURN_IF_ERROR(reader.status());
  auto schema = SchemaFromJson(text);
  if (!schema.ok()) {
    return std::move(schema).error().WithContext("version " + std::to_string(version.version) +
                                                 " of the stored schema");
  }
  version.schema = *std::move(schema);
  return version;
}

json VersionItem(std::string_view pipeline, const SchemaVersion& version) {
  return {{"pk", TextValue(SchemaPartition(pipeline))},
          {"sk", TextValue(Padded(static_cast<int64_t>(version.version)))},
          {"schema_version", NumberValue(version.version)},
          {"schema", TextValue(SchemaToJson(version.schema))},
          {"batch", TextValue(version.batch)},
          {"created_us", NumberValue(version.created_us)},
          {"pinned", FlagValue(version.pinned)}};
}

ItemQuery VersionsOf(std::string_view pipeline) {
  ItemQuery query;
  query.pk = SchemaPartition(pipeline);
  return query;
}

}  // namespace

Result<SchemaVersion> DynamoSchemaLedger::Latest(std::string_view pipeline) {
  ItemQuery query = VersionsOf(pipeline);
  query.descending = true;
  query.limit = 1;
  VARVE_ASSIGN_OR_RETURN(const std::vector<json> items, table_.QueryAll(query));
  if (items.empty()) return SchemaVersion{};
  return ParseVersion(items.front());
}

Result<std::vector<SchemaVersion>> DynamoSchemaLedger::Versions(std::string_view pipeline) {
  VARVE_ASSIGN_OR_RETURN(const std::vector<json> items, table_.QueryAll(VersionsOf(pipeline)));
  std::vector<SchemaVersion> versions;
  for (const json& item : items) {
    VARVE_ASSIGN_OR_RETURN(SchemaVersion version, ParseVersion(item));
    versions.push_back(std::move(version));
  }
  return versions;
}

// Versions are never removed: what was the latest when it was read, is while none follows it. A
// transaction, for its token: should its answer be lost, the repetition is not taken for another's.
Status DynamoSchemaLedger::Append(std::string_view pipeline, const SchemaVersion& next) {
  VARVE_ASSIGN_OR_RETURN(const SchemaVersion latest, Latest(pipeline));
  const auto conflict = [&](uint64_t version) {
    return Error{Code::kConflict, "schema version " + std::to_string(next.version) +
                                      " does not follow " + std::to_string(version)};
  };
  if (next.version != latest.version + 1) return conflict(latest.version);
  const json put = table_.PutAction(VersionItem(pipeline, next), IsAbsent());
  VARVE_ASSIGN_OR_RETURN(const Written written, table_.Transact({put}));
  if (written == Written::kRefused) return conflict(next.version);
  return Ok{};
}

}  // namespace varve::aws
