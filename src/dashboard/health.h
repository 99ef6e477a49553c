// Health: what is wrong with a pipeline, since when, and what to do, in plain words.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "dashboard/history.h"
#include "pipeline/config.h"
#include "ports/file_tracker.h"
#include "ports/queue.h"
#include "ports/workflow.h"

namespace varve::dashboard {

enum class HealthLevel {
  kFine,
  kAttention,  // can wait until the morning
  kProblem,    // rows are missing from the output, or will be
};

std::string_view HealthLevelName(HealthLevel level);  // "fine", "attention", "problem"

struct Finding {
  HealthLevel level = HealthLevel::kFine;
  std::string sentence;
  int64_t since_us = 0;  // 0: not known, or fine
  std::string advice;
  std::string view;  // the page that shows more: "files?status=failed"; empty: there is none
};

struct HealthFacts {
  const PipelineConfig* config = nullptr;
  int64_t now_us = 0;
  std::string not_ready;
  int64_t not_ready_since_us = 0;
  TrackerStats stats;
  QueueDepth depth;
  int64_t oldest_letter_us = 0;   // when it died; 0: there is none
  int64_t oldest_failure_us = 0;  // of the failed files; 0: there is none
  std::vector<Execution> executions;
  std::string stuck_reason;  // what the alert about the stuck batch said; may be empty
  HistoryPoint last_hour;
};

// Worst first; never empty: when nothing is wrong, that is the one finding.
std::vector<Finding> Judge(const HealthFacts& facts);

}  // namespace varve::dashboard
