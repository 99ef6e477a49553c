#include "pipeline/disposition.h"

#include "pipeline/metric_catalog.h"

namespace varve {
namespace {

constexpr std::string_view kTagName = "varve-batch";

Status Dispose(const PipelineConfig& config, Deps& deps, const BatchRecord& batch,
               const ObjectRef& ref) {
  switch (config.disposition) {
    case Disposition::kKeep: return Ok{};
    case Disposition::kTag: return deps.input.Tag(ref, kTagName, batch.id);
    case Disposition::kMove:
      return deps.input.MoveVersion(ref, config.move_prefix + batch.id + "/" + ref.key);
    case Disposition::kDelete: return deps.input.DeleteVersion(ref);
  }
  return Error{Code::kInternal, "unknown disposition"};
}

}  // namespace

Status DisposeSources(const PipelineConfig& config, Deps& deps, const BatchRecord& batch,
                      const std::vector<FileOutcome>& outcomes) {
  for (const FileOutcome& outcome : outcomes) {
    if (!outcome.error.empty()) continue;
    auto disposed = Dispose(config, deps, batch, outcome.ref);
    if (disposed.ok() || disposed.error().code == Code::kNotFound) continue;
    if (IsRetryable(disposed.error().code)) return disposed;
    CountFailure(deps.metrics, config.name, "disposition", 1);
    deps.log.Write(LogLevel::kError, "source_not_disposed_of",
                   {{"pipeline", config.name},
                    {"batch", batch.id},
                    {"key", outcome.ref.key},
                    {"error", disposed.error().message}});
  }
  return Ok{};
}

}  // namespace varve
