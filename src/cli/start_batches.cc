#include "cli/start_batches.h"

#include "base/clock.h"
#include "cli/operator_deps.h"
#include "cli/output.h"
#include "cli/owner_slot.h"
#include "pipeline/dispatch.h"

namespace varve::cli {
namespace {

constexpr int kBatchesMax = 100;

Status StartDue(PipelinePlace& place, int* started) {
  OperatorDeps deps(place);
  PipelineConfig config = deps.config();
  config.owner = NewOwner();  // executions are named after it: each command's are its own
  const int64_t now_us = SystemClock().NowUs();
  Dispatch dispatch(config, deps.deps(), *place.workflow);
  VARVE_ASSIGN_OR_RETURN(*started, dispatch.TakeOver(kBatchesMax, now_us));
  VARVE_ASSIGN_OR_RETURN(const int flushed, dispatch.Flush(kBatchesMax, now_us));
  *started += flushed;
  return Ok{};
}

}  // namespace

int StartBatches(PipelinePlace& place) {
  int started = 0;
  if (const Status status = StartDue(place, &started); !status.ok()) {
    PrintNote("not all is started yet (" + status.error().message +
              "); the sweeper starts it within a minute, or when a lease ends");
  }
  return started;
}

}  // namespace varve::cli
