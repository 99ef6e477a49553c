#include "cli/operator_deps.h"

#include "base/clock.h"
#include "etl/convert/output_schema.h"

namespace varve::cli {

SchemaJoin SchemaJoinOf(const PipelineOptions& options) {
  return [casts = options.convert.casts, map_keys = options.convert.limits.map_keys](
             const Schema& a, const Schema& b) { return JoinSchemas(a, b, casts, map_keys); };
}

OperatorDeps::OperatorDeps(PipelinePlace& place)
    : config_(place.options.pipeline),
      deps_{*place.input,
            *place.output,
            *place.manifests,
            *place.queue,
            *place.tracker,
            jobs_,
            *place.executions,
            *place.ledger,
            notifier_,
            metrics_,
            log_,
            SystemClock(),
            random_,
            SchemaJoinOf(place.options)} {
  config_.owner = "operator";
}

}  // namespace varve::cli
