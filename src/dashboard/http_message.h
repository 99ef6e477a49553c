// What is asked and answered over HTTP, without how it travels.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dashboard/query.h"

namespace varve::dashboard {

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

struct HttpRequest {
  std::string method;     // "GET", which stands for HEAD, too
  std::string path;       // decoded, without the query
  Parameters parameters;  // of the query, decoded
  Parameters headers;     // by name in small letters; of several the first
  std::string body;

  // `name` in small letters. Empty: there is none.
  std::string_view Header(std::string_view name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? std::string_view() : found->second;
  }
};

struct HttpResponse {
  int status = 200;
  std::string type;  // Content-Type; empty: there is no content
  std::string body;
  HttpHeaders headers;
};

// Called by many threads at once.
using HttpHandler = std::function<HttpResponse(const HttpRequest&)>;

}  // namespace varve::dashboard
