// PipelineConfig: what one pipeline is told. Plain values with working defaults; the program that
// reads them from a file or flags validates them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"
#include "ports/file_tracker.h"
#include "workflow/backoff.h"

namespace varve {

// When pending files become a batch: as soon as one of these is reached.
struct FlushConfig {
  uint32_t min_files = 10;
  uint64_t max_bytes = uint64_t{1} << 30;
  int64_t max_wait_us = 60 * kMicrosPerSecond;  // after the oldest was first seen
  uint32_t max_files = kBatchFilesMax;          // of one batch; at most kBatchFilesMax
};

// What becomes of a source after its rows are committed.
enum class Disposition { kKeep, kTag, kMove, kDelete };

struct PipelineConfig {
  std::string name;   // [A-Za-z0-9_-]+; a part of names of objects
  std::string owner;  // of leases: this process's own. One that is the same after a restart gets
                      // its batches back at once, but no two processes may share it at a time.

  // The allow-list: an event about anything else is ignored.
  std::string input_prefix;
  std::vector<std::string> input_suffixes = {".ndjson",     ".jsonl",     ".json",
                                             ".ndjson.gz",  ".jsonl.gz",  ".json.gz",
                                             ".ndjson.zst", ".jsonl.zst", ".json.zst"};
  std::string output_prefix;  // no other pipeline's; not under input_prefix in the same store

  FlushConfig flush;
  uint32_t batches_max = 2;          // that this process runs at a time
  uint64_t pending_max = 1'000'000;  // above it no more events are received
  int receives_max_per_tick = 10;    // calls of Receive, of up to 10 messages each

  uint32_t attempts_max = 5;                                             // of a file
  RetryPolicy file_retry = {0, kMicrosPerSecond, 5 * kMicrosPerMinute};  // between them
  RetryPolicy job_retry = {4, kMicrosPerSecond, kMicrosPerMinute};       // within a batch
  RetryPolicy step_retry = {0, kMicrosPerSecond / 5, kMicrosPerMinute};  // of all other steps
  uint32_t alert_attempts = 6;  // a step that failed so often in a row is worth an alert

  int64_t lease_us = kMicrosPerMinute;
  int64_t visibility_us = kMicrosPerMinute;            // of a received message
  int64_t job_poll_us = kMicrosPerSecond / 50;         // between looks at a running job
  int64_t tick_us = kMicrosPerSecond;                  // between looks at an empty queue
  int64_t reconcile_every_us = 10 * kMicrosPerMinute;  // 0: never
  int64_t scan_every_us = 0;  // between looks for new input in a store that tells of none; 0: never
  int64_t settle_us = 5 * kMicrosPerSecond;  // an untracked input younger than this may be growing
  int64_t reconcile_grace_us = kMicrosPerHour;  // a leftover younger than this may be in use

  Disposition disposition = Disposition::kKeep;
  std::string move_prefix;  // kMove: to <move_prefix><batch>/<key>, outside input_prefix
};

}  // namespace varve
