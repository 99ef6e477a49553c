// Sources: what the dashboard looks at. Everything must outlive it and be thread-safe.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "dashboard/alert_memory.h"
#include "dashboard/history.h"
#include "pipeline/config.h"
#include "pipeline/deps.h"

namespace varve::dashboard {

// One pipeline, through adapters that are the dashboard's own: what it reads holds up no work.
struct PipelineSource {
  std::string input;  // where files come from and go to, for people
  std::string output;
  const PipelineConfig* config = nullptr;
  Deps* deps = nullptr;
};

struct Sources {
  std::vector<PipelineSource> pipelines;
  const History* history = nullptr;
  const AlertMemory* alerts = nullptr;
  const Clock* clock = nullptr;
  std::string version;
  std::function<std::string()> metrics;    // in Prometheus's text format
  std::function<std::string()> not_ready;  // why the process cannot do its work; empty: it can
};

}  // namespace varve::dashboard
