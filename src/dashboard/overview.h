// Overview: a pipeline at a glance: its health and what is on each of its stages.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "dashboard/sources.h"
#include "operate/record_json.h"

namespace varve::dashboard {

struct Readiness {
  std::string reason;  // why the process cannot do its work; empty: it can
  int64_t since_us = 0;
};

// Its cost does not grow with the number of files.
Result<Json> Overview(const Sources& sources, const PipelineSource& pipeline,
                      const Readiness& readiness);

Json PointJson(const HistoryPoint& point);
Json AlertJson(const RememberedAlert& alert);

}  // namespace varve::dashboard
