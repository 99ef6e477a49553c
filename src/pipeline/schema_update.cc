#include "pipeline/schema_update.h"

#include <utility>

namespace varve {

Status UpdateSchema(Deps& deps, std::string_view pipeline, const Schema& seen,
                    std::string_view batch, int64_t now_us) {
  constexpr int kRacesMax = 20;
  for (int race = 0; race < kRacesMax; ++race) {
    VARVE_ASSIGN_OR_RETURN(const SchemaVersion latest, deps.schemas.Latest(pipeline));
    if (latest.pinned) return Ok{};
    SchemaVersion next;
    if (latest.version == 0) {
      next.schema = seen;
    } else {
      VARVE_ASSIGN_OR_RETURN(next.schema, deps.join(latest.schema, seen));
      if (next.schema == latest.schema) return Ok{};
    }
    next.version = latest.version + 1;
    next.batch = batch;
    next.created_us = now_us;
    auto appended = deps.schemas.Append(pipeline, next);
    if (appended.ok() || appended.error().code != Code::kConflict) return appended;
  }
  return Error{Code::kThrottled, "the schema ledger changes faster than it can be joined"};
}

}  // namespace varve
