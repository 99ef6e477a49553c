// WebServer: what `varve run` answers over HTTP.
//
//   GET /metrics, /healthz, /readyz   for monitoring: no token is needed, nothing can be changed
//   GET /                             the dashboard's page
//   /api/v1/...                       what the page asks for and does (api.h)
//
// /healthz answers as long as the process does; /readyz says whether the pipelines do their work,
// with the reason when they do not. Guard decides who may ask what. Thread-safe.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "dashboard/sources.h"

namespace varve::dashboard {

struct WebOptions {
  std::string address;             // HOST:PORT; port 0 takes one that is free
  bool dashboard = true;           // false: monitoring only
  std::string token;               // what people must know; empty: only loopback is allowed
  std::vector<std::string> hosts;  // further names that people reach it by
};

class WebServer {
 public:
  // kInvalidArgument: the address is none, or others could open the dashboard there without a
  // token. kAlreadyExists: something else listens there.
  static Result<std::unique_ptr<WebServer>> Start(const WebOptions& options, Sources sources);
  ~WebServer();  // answers what was asked, then stops

  // "127.0.0.1:9464", with the port that was taken.
  const std::string& address() const;

 private:
  struct State;
  explicit WebServer(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

// Whether Start would refuse these options, and why; nothing is opened.
Status CheckWebOptions(const WebOptions& options);

}  // namespace varve::dashboard
