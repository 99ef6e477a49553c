// Brings a pipeline's schema ledger up to what a batch has seen.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.h"
#include "pipeline/deps.h"

namespace varve {

// Appends the join of the latest version and `seen`, unless that is the latest already or it is
// pinned. Who loses a race joins again with the winner's. Idempotent; order does not matter.
Status UpdateSchema(Deps& deps, std::string_view pipeline, const Schema& seen,
                    std::string_view batch, int64_t now_us);

}  // namespace varve
