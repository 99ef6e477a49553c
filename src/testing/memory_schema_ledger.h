// MemorySchemaLedger: a SchemaLedger that lasts as long as the process.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "ports/schema_ledger.h"

namespace varve {

// Thread-safe.
class MemorySchemaLedger : public SchemaLedger {
 public:
  Result<SchemaVersion> Latest(std::string_view pipeline) override;
  Result<std::vector<SchemaVersion>> Versions(std::string_view pipeline) override;
  Status Append(std::string_view pipeline, const SchemaVersion& next) override;

 private:
  std::mutex mutex_;
  std::map<std::string, std::vector<SchemaVersion>, std::less<>> versions_;
};

}  // namespace varve
