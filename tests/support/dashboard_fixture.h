// A dashboard over a whole pipeline in memory, for the unit tests of src/dashboard.
#pragma once

#include <memory>
#include <string>

#include "dashboard/web_server.h"
#include "support/pipeline_fixture.h"

namespace varve::dashboard {

class DashboardFixture : public PipelineFixture {
 protected:
  DashboardFixture() { config.attempts_max = 2; }

  Sources MakeSources() {
    Sources sources;
    sources.pipelines = {{"/in", "/out", &config, &deps}};
    sources.history = &history;
    sources.alerts = &alerts;
    sources.clock = &clock;
    sources.version = "1.2.3";
    sources.metrics = [] { return std::string("varve_rows_total 3\n"); };
    sources.not_ready = [this] { return not_ready; };
    return sources;
  }

  // Ten good files and, failed for good, one that is poison.
  void Convert() {
    DropMany(10);
    Drop("in/bad.ndjson", "poison");
    const auto pipeline = MakePipeline();
    RunFor(*pipeline, 3 * config.flush.max_wait_us);
  }

  std::string not_ready;
  History history{metrics, clock};
  AlertMemory alerts;
  Deps deps = MakeDeps();
};

}  // namespace varve::dashboard
