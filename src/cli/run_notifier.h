// RunNotifier: where the alerts of a pipeline go: to the log, and to its webhook and command.
//
// Sinks may be slow or out of order, so a thread of its own tells them; the pipeline never waits
// for one. Each is rate limited by topic.
#pragma once

#include <memory>

#include "base/log.h"
#include "cli/pipeline_options.h"
#include "ports/metrics.h"
#include "ports/notifier.h"

namespace varve::cli {

// Thread-safe. `log` and `metrics`, which counts what a sink did not take, must outlive it.
// Destruction tells what is still to be told, sink by sink within its timeout.
class RunNotifier : public Notifier {
 public:
  RunNotifier(const PipelineOptions& options, Log& log, Metrics& metrics);
  ~RunNotifier() override;

  // Never waits. kThrottled when too many alerts wait to be told.
  Status Notify(const Alert& alert) override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace varve::cli
