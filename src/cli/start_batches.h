// StartBatches: what an operator's command made due is begun at once, where that is not the doing
// of a running process: on AWS, as its sweeper would within a minute, by the same path.
#pragma once

#include "base/result.h"
#include "cli/pipeline_place.h"

namespace varve::cli {

// Claims what is due and takes over what nobody holds, and starts an execution of the state machine
// for each batch; gives their number. `place` must have a workflow. A failure is told to people
// here, and is no error: the sweeper comes by itself.
int StartBatches(PipelinePlace& place);

}  // namespace varve::cli
