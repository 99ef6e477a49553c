#include "pipeline/builder.h"

#include <algorithm>
#include <utility>

#include "base/time_text.h"
#include "model/partition_date.h"
#include "pipeline/batch_files.h"

namespace varve {
namespace {

constexpr uint64_t kManifestBytesMax = uint64_t{4} << 20;

bool SameFiles(const Manifest& manifest, const BatchRecord& batch) {
  return std::equal(manifest.files.begin(), manifest.files.end(), batch.files.begin(),
                    batch.files.end(),
                    [](const ManifestFile& file, const ObjectRef& ref) { return file.ref == ref; });
}

}  // namespace

std::string PartitionDate(const FileRecord& file) {
  return DateInKey(file.object.ref.key).value_or(DayOf(file.first_seen_us));
}

Result<BatchRecord> Builder::Claim(const FlushDecision& decision, int64_t now_us) {
  ClaimRequest request;
  request.pipeline = config_.name;
  request.day = DayOf(now_us);
  request.owner = config_.owner;
  request.now_us = now_us;
  request.lease_until_us = now_us + config_.lease_us;
  for (const FileRecord& file : decision.files) request.files.push_back(file.object.ref);
  VARVE_ASSIGN_OR_RETURN(BatchRecord batch, deps_.tracker.Claim(request));
  deps_.log.Write(LogLevel::kInfo, "batch_claimed",
                  {{"pipeline", config_.name},
                   {"batch", batch.id},
                   {"files", batch.files.size()},
                   {"trigger", FlushTriggerName(decision.trigger)}});
  return batch;
}

Result<std::optional<BatchRecord>> Builder::ClaimDue(bool drain, int64_t now_us, int64_t* next_us) {
  const int limit = static_cast<int>(std::max(config_.flush.max_files, config_.flush.min_files));
  VARVE_ASSIGN_OR_RETURN(const auto pending, deps_.tracker.Pending(config_.name, now_us, limit));
  const FlushDecision decision = DecideFlush(pending, config_.flush, drain, now_us);
  if (next_us != nullptr) *next_us = decision.next_us;
  if (decision.files.empty()) return std::optional<BatchRecord>();
  VARVE_ASSIGN_OR_RETURN(BatchRecord batch, Claim(decision, now_us));
  return std::optional<BatchRecord>(std::move(batch));
}

Result<Manifest> Builder::Build(const BatchRecord& batch) {
  Manifest manifest;
  manifest.pipeline = batch.pipeline;
  manifest.batch = batch.id;
  manifest.created_us = batch.created_us;
  manifest.output_prefix = config_.output_prefix;
  VARVE_ASSIGN_OR_RETURN(const SchemaVersion schema, deps_.schemas.Latest(config_.name));
  manifest.schema_version = schema.version;
  VARVE_ASSIGN_OR_RETURN(const auto files, BatchFiles(deps_.tracker, batch));
  for (const FileRecord& file : files) {
    const ObjectRef& ref = file.object.ref;
    manifest.files.push_back(
        {ref, file.object.size_bytes, std::string(CompressionOfKey(ref.key)), PartitionDate(file)});
  }
  return manifest;
}

Result<Manifest> Builder::Check(const BatchRecord& batch, const std::string& text) const {
  VARVE_ASSIGN_OR_RETURN(Manifest manifest, ManifestFromJson(text));
  if (manifest.pipeline != batch.pipeline || manifest.batch != batch.id ||
      !SameFiles(manifest, batch)) {
    return Error{Code::kCorrupt,
                 batch.manifest_key +
                     " exists and is the manifest of other files; was the state "
                     "of this pipeline lost, or do two pipelines share a manifest store?"};
  }
  return manifest;
}

Result<Manifest> Builder::Refresh(const BatchRecord& batch, Manifest manifest) {
  VARVE_ASSIGN_OR_RETURN(const SchemaVersion schema, deps_.schemas.Latest(config_.name));
  if (manifest.schema_version == schema.version) return manifest;
  manifest.schema_version = schema.version;
  const std::string text = ManifestToJson(manifest);
  VARVE_RETURN_IF_ERROR(deps_.manifests.Put(batch.manifest_key, text, PutCondition::kAlways));
  return manifest;
}

Result<Manifest> Builder::EnsureManifest(const BatchRecord& batch) {
  auto text = deps_.manifests.Get(batch.manifest_key, kManifestBytesMax);
  if (text.ok()) {
    VARVE_ASSIGN_OR_RETURN(Manifest manifest, Check(batch, *text));
    const bool fresh_rerun = batch.reruns > 0 && batch.state == BatchState::kClaimed;
    return fresh_rerun ? Refresh(batch, std::move(manifest)) : std::move(manifest);
  }
  if (text.error().code != Code::kNotFound) return std::move(text).error();
  VARVE_ASSIGN_OR_RETURN(Manifest manifest, Build(batch));
  const auto put =
      deps_.manifests.Put(batch.manifest_key, ManifestToJson(manifest), PutCondition::kIfAbsent);
  if (put.ok()) return manifest;
  if (put.error().code != Code::kAlreadyExists) return put.error();
  return Error{Code::kIo, batch.manifest_key + " appeared in this moment"};
}

}  // namespace varve
