#include "testing/memory_schema_ledger.h"

namespace varve {

Result<SchemaVersion> MemorySchemaLedger::Latest(std::string_view pipeline) {
  const std::lock_guard lock(mutex_);
  const auto found = versions_.find(pipeline);
  return found == versions_.end() ? SchemaVersion{} : found->second.back();
}

Result<std::vector<SchemaVersion>> MemorySchemaLedger::Versions(std::string_view pipeline) {
  const std::lock_guard lock(mutex_);
  const auto found = versions_.find(pipeline);
  return found == versions_.end() ? std::vector<SchemaVersion>{} : found->second;
}

Status MemorySchemaLedger::Append(std::string_view pipeline, const SchemaVersion& next) {
  const std::lock_guard lock(mutex_);
  auto& versions = versions_[std::string(pipeline)];
  if (next.version != versions.size() + 1) {
    return Error{Code::kConflict, "schema version " + std::to_string(next.version) +
                                      " does not follow " + std::to_string(versions.size())};
  }
  versions.push_back(next);
  return Ok{};
}

}  // namespace varve
