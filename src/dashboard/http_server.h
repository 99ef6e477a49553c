// HttpServer: HTTP/1.1 on one port, each request answered by a handler.
//
// Connections are served as their bytes come (Boost.Beast over Asio): one that is idle or slow
// holds no thread. Bodies, headers and times are limited (http_connection.h). Thread-safe.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "dashboard/http_message.h"

namespace varve::dashboard {

class HttpServer {
 public:
  // Port 0 takes one that is free. `headers` go with every answer, also with those that the handler
  // is not asked for. kAlreadyExists: the port is another's, or the host not this machine's.
  static Result<std::unique_ptr<HttpServer>> Start(const std::string& host, int port,
                                                   HttpHeaders headers, HttpHandler handler);
  ~HttpServer();  // answers what was asked, then stops

  int port() const;

 private:
  struct State;
  explicit HttpServer(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace varve::dashboard
