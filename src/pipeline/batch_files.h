// Batch files: the records of a batch's files, in its order, in one query rather than one a file.
#pragma once

#include <vector>

#include "base/result.h"
#include "model/batch.h"
#include "model/file_record.h"
#include "ports/file_tracker.h"

namespace varve {

// What never changes of a file (size, first seen) is right; state and attempts may be stale.
// kNotFound when a file is not tracked.
Result<std::vector<FileRecord>> BatchFiles(FileTracker& tracker, const BatchRecord& batch);

}  // namespace varve
