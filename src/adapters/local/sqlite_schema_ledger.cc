#include "adapters/local/sqlite_schema_ledger.h"

#include <optional>
#include <string>
#include <utility>

#include "model/schema_json.h"

namespace varve {
namespace {

struct Stored {
  SchemaVersion version;
  std::string schema;
};

Stored StoredOf(const SqliteRow& row) {
  Stored stored;
  stored.version.version = row.Unsigned(0);
  stored.schema = row.Text(1);
  stored.version.batch = row.Text(2);
  stored.version.created_us = row.Int(3);
  stored.version.pinned = row.Int(4) != 0;
  return stored;
}

Result<SchemaVersion> Parse(Stored stored) {
  auto schema = SchemaFromJson(stored.schema);
  if (!schema.ok()) {
    return std::move(schema).error().WithContext(
        "version " + std::to_string(stored.version.version) + " of the stored schema");
  }
  stored.version.schema = *std::move(schema);
  return std::move(stored.version);
}

constexpr const char* kLatest =
    "SELECT version, schema, batch, created_us, pinned FROM schema_versions WHERE pipeline = ? "
    "ORDER BY version DESC LIMIT 1";
constexpr const char* kAll =
    "SELECT version, schema, batch, created_us, pinned FROM schema_versions WHERE pipeline = ? "
    "ORDER BY version";

}  // namespace

Result<SchemaVersion> SqliteSchemaLedger::Latest(std::string_view pipeline) {
  return database_.Read([&](SqliteConnection& connection) -> Result<SchemaVersion> {
    VARVE_ASSIGN_OR_RETURN(auto stored, connection.One(kLatest, StoredOf, pipeline));
    if (!stored.has_value()) return SchemaVersion{};
    return Parse(*std::move(stored));
  });
}

Result<std::vector<SchemaVersion>> SqliteSchemaLedger::Versions(std::string_view pipeline) {
  using Versions = std::vector<SchemaVersion>;
  return database_.Read([&](SqliteConnection& connection) -> Result<Versions> {
    VARVE_ASSIGN_OR_RETURN(auto stored, connection.All(kAll, StoredOf, pipeline));
    Versions versions;
    for (Stored& one : stored) {
      VARVE_ASSIGN_OR_RETURN(SchemaVersion version, Parse(std::move(one)));
      versions.push_back(std::move(version));
    }
    return versions;
  });
}

Status SqliteSchemaLedger::Append(std::string_view pipeline, const SchemaVersion& next) {
  const std::string schema = SchemaToJson(next.schema);
  return database_.Write(Durability::kProcess, [&](SqliteConnection& connection) -> Status {
    const auto number = [](const SqliteRow& row) { return row.Unsigned(0); };
    VARVE_ASSIGN_OR_RETURN(const auto latest, connection.One(kLatest, number, pipeline));
    if (next.version != latest.value_or(0) + 1) {
      return Error{Code::kConflict, "schema version " + std::to_string(next.version) +
                                        " does not follow " + std::to_string(latest.value_or(0))};
    }
    return connection.Run("INSERT INTO schema_versions VALUES (?, ?, ?, ?, ?, ?)", pipeline,
                          next.version, schema, next.batch, next.created_us, next.pinned);
  });
}

}  // namespace varve
