// RunService: several pipelines in one process, driven until they are to stop.
//
// One thread ticks all pipelines; jobs, watchers and the web server have their own and wake
// it. Errors of one pipeline never stop another.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/run_config.h"
#include "cli/run_log.h"
#include "model/file_record.h"

namespace varve::cli {

struct RunSettings {
  std::string state;  // directory
  bool once = false;
  uint32_t batches_max = 2;            // of each pipeline at a time
  uint64_t memory_bytes = 1ull << 30;  // of the whole process
  int64_t stop_timeout_us = 0;         // for running batches to end before they are handed back
  std::string listen;                  // "none": neither monitoring nor dashboard
  bool listen_given = false;           // by a person: failing to listen is an error
  bool dashboard = true;
  std::string dashboard_token;               // what people must know; needed beyond loopback
  std::vector<std::string> dashboard_hosts;  // further names that people reach it by
};

// What a pipeline did in this run.
struct PipelineRunReport {
  std::string name;
  uint64_t batches = 0;        // begun and completed
  uint64_t files = 0;          // completed
  uint64_t files_failed = 0;   // given up or missing
  uint64_t files_waiting = 0;  // when it stopped
  RowAccounting accounting;    // of completed files
};

// Runs until `stop` is set or, with `once`, until nothing is left. Signals must write to what
// WakeOnInterrupt was given, which this does. kInvalidArgument: configuration; others: opening.
Result<std::vector<PipelineRunReport>> Serve(const RunConfig& config, const RunSettings& settings,
                                             Log& log, const std::atomic<bool>& stop);

}  // namespace varve::cli
