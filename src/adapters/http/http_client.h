// HttpClient: HTTP requests over connections that are kept, by libcurl.
//
// Servers are checked against the certificates that libcurl knows, or those of the file that
// SSL_CERT_FILE names. It neither follows redirects nor retries: those who sign requests must see
// each answer. Thread-safe: requests of several threads run side by side, each on a connection of
// its own.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace varve {

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

struct HttpRequest {
  std::string method = "GET";
  std::string url;  // http or https
  HttpHeaders headers;
  std::string_view body;   // must live until Send returns
  bool is_direct = false;  // through no proxy, whatever the environment says (http_proxy, …)
  int64_t connect_timeout_ms = 5'000;
  int64_t timeout_ms = 60'000;  // of the whole request
  // Takes the body of a 2xx answer piece by piece; false stops. Null: it is in HttpResponse::body.
  std::function<bool(std::string_view)> on_body;
};

struct HttpResponse {
  int status = 0;
  std::map<std::string, std::string> headers;  // names in lower case; of repeated ones the last
  std::string body;
  // The server may have got the request before, and its answer been lost: libcurl itself asks again
  // when a kept connection breaks.
  bool maybe_repeated = false;

  bool ok() const { return status >= 200 && status < 300; }
  std::string_view Header(const std::string& name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? std::string_view() : std::string_view(found->second);
  }
};

class HttpClient {
 public:
  HttpClient();
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // The answer, whatever its status. kIo: there was none, or not all of it (unreachable, timeout,
  // broken off); kCancelled: on_body stopped it; kInvalidArgument: the address is none; kNotFound:
  // there is no libcurl. Messages name the host, never the path or the query, which may be secret.
  Result<HttpResponse> Send(const HttpRequest& request);

 private:
  struct Connections;
  const std::unique_ptr<Connections> connections_;
};

}  // namespace varve
