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
  const auto found = versions_.find(pipeline);
  const uint64_t latest = found == versions_.end() ? 0 : found->second.size();
  if (next.version != latest + 1) {
    return Error{Code::kConflict, "schema version " + std::to_string(next.version) +
                                      " does not follow " + std::to_string(latest)};
  }
  versions_[std::string(pipeline)].push_back(next);
  return Ok{};
}

}  // namespace varve
