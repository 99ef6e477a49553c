// Flush policy: which pending files become the next batch, and when. A pure function.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "model/file_record.h"
#include "pipeline/config.h"

namespace varve {

enum class FlushTrigger { kNone, kFiles, kBytes, kAge, kAlone, kDrain };

std::string_view FlushTriggerName(FlushTrigger trigger);  // "none", "files", ...

struct FlushDecision {
  FlushTrigger trigger = FlushTrigger::kNone;
  std::vector<FileRecord> files;  // of the batch to claim; empty: nothing is due
  int64_t next_us = 0;            // kNone with files pending: when age makes them due; 0: never
};

// `pending` is as FileTracker::Pending gives it, oldest first. A file that is to be tried alone is
// a batch of its own and waits for nobody. `drain`: everything is due.
FlushDecision DecideFlush(const std::vector<FileRecord>& pending, const FlushConfig& config,
                          bool drain, int64_t now_us);

}  // namespace varve
