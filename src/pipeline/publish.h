// Publish: from staged objects to those that readers see, and back.
#pragma once

#include "base/result.h"
#include "model/batch.h"
#include "ports/object_store.h"

namespace varve {

// Puts each recorded output of `batch` in its place, then removes those of its previous run that
// the new one did not replace. Repeatable after any part of it. kCorrupt: an output is neither
// staged nor in place, so this batch cannot be published.
Status Publish(ObjectStore& output, const BatchRecord& batch);

// Removes everything that Publish may have made visible. Repeatable.
Status Unpublish(ObjectStore& output, const BatchRecord& batch);

// Removes what the jobs of a batch that has ended left staged; not what a rerun, which has a higher
// fence, has staged since. Repeatable.
Status ClearStaging(ObjectStore& output, const BatchRecord& batch);

}  // namespace varve
