// RunDashboard: what `varve run` answers over HTTP, put together: monitoring and the dashboard,
// over adapters of its own, so that what people look at holds up no work.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cli/operator_deps.h"
#include "cli/pipeline_place.h"
#include "cli/run_service.h"
#include "dashboard/web_server.h"

namespace varve::cli {

struct RunDashboardSources {
  const dashboard::History* history = nullptr;
  const dashboard::AlertMemory* alerts = nullptr;
  std::function<std::string()> metrics;
  std::function<std::string()> not_ready;
};

class RunDashboard {
 public:
  // As WebServer::Start; errors of opening the state, too.
  static Result<std::unique_ptr<RunDashboard>> Start(const RunConfig& config,
                                                     const RunSettings& settings,
                                                     RunDashboardSources sources);

  const std::string& address() const { return server_->address(); }

 private:
  RunDashboard() = default;

  std::vector<std::unique_ptr<PipelinePlace>> places_;
  std::vector<std::unique_ptr<OperatorDeps>> deps_;
  std::unique_ptr<dashboard::WebServer> server_;  // last: it stops before the others go
};

// The server's options among the settings of the process.
dashboard::WebOptions WebOptionsOf(const RunSettings& settings);

}  // namespace varve::cli
