// MonitoringServer: what monitoring asks over HTTP. GET /metrics, /healthz and /readyz.
//
// /healthz answers as long as the process does; /readyz says whether the pipelines do their work,
// with the reason when they do not. Nothing can be changed through it. Thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/result.h"

namespace varve::cli {

// Called from the server's threads.
struct MonitoringSources {
  std::function<std::string()> metrics;    // in Prometheus's text format
  std::function<std::string()> not_ready;  // why; empty: ready
};

class MonitoringServer {
 public:
  // `address` is HOST:PORT; port 0 takes one that is free. kInvalidArgument when it is no address,
  // kAlreadyExists when something else listens there.
  static Result<std::unique_ptr<MonitoringServer>> Start(const std::string& address,
                                                         MonitoringSources sources);
  ~MonitoringServer();  // answers what was asked, then stops

  // "127.0.0.1:9464", with the port that was taken.
  const std::string& address() const;

 private:
  struct State;
  explicit MonitoringServer(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace varve::cli
