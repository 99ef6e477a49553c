// SqliteSchemaLedger: schema versions in varve.db, as the JSON of docs/reference/schema.md.
#pragma once

#include <vector>

#include "adapters/local/sqlite_database.h"
#include "ports/schema_ledger.h"

namespace varve {

// Thread-safe. `database` must outlive it.
class SqliteSchemaLedger : public SchemaLedger {
 public:
  explicit SqliteSchemaLedger(SqliteDatabase& database) : database_(database) {}

  Result<SchemaVersion> Latest(std::string_view pipeline) override;
  Result<std::vector<SchemaVersion>> Versions(std::string_view pipeline) override;
  Status Append(std::string_view pipeline, const SchemaVersion& next) override;

 private:
  SqliteDatabase& database_;
};

}  // namespace varve
