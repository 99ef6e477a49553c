#include "cli/run_dashboard.h"

#include <utility>

#include "base/clock.h"

namespace varve::cli {

dashboard::WebOptions WebOptionsOf(const RunSettings& settings) {
  dashboard::WebOptions options;
  options.address = settings.listen;
  options.dashboard = settings.dashboard;
  options.token = settings.dashboard_token;
  options.hosts = settings.dashboard_hosts;
  return options;
}

Result<std::unique_ptr<RunDashboard>> RunDashboard::Start(const RunConfig& config,
                                                          const RunSettings& settings,
                                                          RunDashboardSources from) {
  std::unique_ptr<RunDashboard> made(new RunDashboard);
  VARVE_ASSIGN_OR_RETURN(const auto state, OpenState(settings.state));
  dashboard::Sources sources;
  for (const ConfiguredPipeline& configured : config.pipelines) {
    VARVE_ASSIGN_OR_RETURN(auto place, OpenPipelinePlace(state, configured.options));
    auto deps = std::make_unique<OperatorDeps>(*place);
    sources.pipelines.push_back(
        {place->options.input, place->options.output, &deps->config(), &deps->deps()});
    made->places_.push_back(std::move(place));
    made->deps_.push_back(std::move(deps));
  }
  sources.history = from.history;
  sources.alerts = from.alerts;
  sources.clock = &SystemClock();
  sources.version = VARVE_VERSION;
  sources.metrics = std::move(from.metrics);
  sources.not_ready = std::move(from.not_ready);
  VARVE_ASSIGN_OR_RETURN(made->server_,
                         dashboard::WebServer::Start(WebOptionsOf(settings), std::move(sources)));
  return made;
}

}  // namespace varve::cli
