#include "dashboard/web_server.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>
#include <utility>

#include "dashboard/api.h"
#include "dashboard/assets.h"
#include "dashboard/guard.h"
#include "dashboard/http_server.h"

namespace varve::dashboard {
namespace {

constexpr const char* kMetricsType = "text/plain; version=0.0.4; charset=utf-8";
constexpr const char* kPlainType = "text/plain; charset=utf-8";
constexpr const char* kJsonType = "application/json";
constexpr std::string_view kApiPrefix = "/api/v1/";

// Nothing from elsewhere is loaded, run, framed or told where people came from.
const HttpHeaders kHeaders = {
    {"Content-Security-Policy",
     "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
     "object-src 'none'"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Referrer-Policy", "no-referrer"},
    {"X-Content-Type-Options", "nosniff"},
    {"X-Frame-Options", "DENY"}};

struct HostPort {
  std::string host;
  int port = 0;
};

Result<HostPort> ParseAddress(const std::string& address) {
  const Error bad{Code::kInvalidArgument, "\"" + address +
                                              "\" is not an address to listen on; write HOST:PORT, "
                                              "like 127.0.0.1:9464, or none"};
  const size_t colon = address.rfind(':');
  if (colon == address.npos || colon == 0) return bad;
  int port = -1;
  const char* const end = address.data() + address.size();
  const auto parsed = std::from_chars(address.data() + colon + 1, end, port);
  if (parsed.ec != std::errc() || parsed.ptr != end || port < 0 || port > 65'535) return bad;
  HostPort place{address.substr(0, colon), port};
  if (place.host.starts_with('[') && place.host.ends_with(']')) {
    place.host = place.host.substr(1, place.host.size() - 2);
  }
  return place;
}

int StatusOf(Code code) {
  switch (code) {
    case Code::kInvalidArgument: return 400;
    case Code::kNotFound: return 404;
    case Code::kAlreadyExists:
    case Code::kConflict: return 409;
    case Code::kThrottled: return 503;
    default: return 500;
  }
}

HttpResponse Answer(int status, const Json& body) {
  return {status, kJsonType, JsonLineOf(body), {{"Cache-Control", "no-store"}}};
}

HttpResponse Refuse(int status, std::string_view code, std::string_view message) {
  return Answer(status, {{"error", {{"code", code}, {"message", message}}}});
}

HttpResponse RefuseStranger() {
  return Refuse(401, "token", "sign in with the dashboard token first");
}

HttpResponse NotFound() { return {404, "", "", {}}; }

HttpResponse Reply(const Result<Json>& result) {
  if (result.ok()) return Answer(200, *result);
  const Error& error = result.error();
  return Refuse(StatusOf(error.code), CodeName(error.code), error.message);
}

// What a POST must be whoever sends it.
std::optional<HttpResponse> RefuseUnlessOurs(const HttpRequest& request) {
  if (!request.headers.contains("origin")) {
    return Refuse(403, "origin", "a change needs the header Origin of this server");
  }
  if (!request.Header("content-type").starts_with(kJsonType)) {
    return Refuse(415, "content_type", "send application/json");
  }
  return std::nullopt;
}

HttpResponse ServeAsset(const Asset& asset, const HttpRequest& request) {
  HttpResponse response;
  response.headers = {{"ETag", std::string(asset.etag)}, {"Cache-Control", "no-cache"}};
  if (request.Header("if-none-match") == asset.etag) {
    response.status = 304;
    return response;
  }
  response.type = asset.type;
  response.body = asset.content;
  return response;
}

// "files" of "/api/v1/files"; empty: it is no route of the API.
std::string_view RouteOf(std::string_view path) {
  if (!path.starts_with(kApiPrefix)) return "";
  path.remove_prefix(kApiPrefix.size());
  const bool is_name = std::all_of(path.begin(), path.end(),
                                   [](char c) { return (c >= 'a' && c <= 'z') || c == '-'; });
  return is_name ? path : "";
}

}  // namespace

struct WebServer::State {
  State(Sources from, Access access, bool with_dashboard)
      : dashboard(with_dashboard), sources(std::move(from)), guard(std::move(access)) {}

  HttpResponse Handle(const HttpRequest& request) {
    if (auto refused = RefuseByGuard(request)) return *std::move(refused);
    if (request.method != "GET" && request.method != "POST") {
      return {405, "", "", {{"Allow", "GET, HEAD, POST"}}};
    }
    if (request.method == "GET" && IsMonitoring(request.path)) return Monitor(request.path);
    return dashboard ? HandleDashboard(request) : NotFound();
  }

  // Before anything else is looked at.
  std::optional<HttpResponse> RefuseByGuard(const HttpRequest& request) const {
    const std::string_view host = request.Header("host");
    if (!guard.AllowsHost(host)) {
      return Refuse(
          403, "host",
          "this server is not called that; if it should be, add the name to dashboard-host");
    }
    if (!guard.AllowsOrigin(request.Header("origin"), host)) {
      return Refuse(403, "origin", "this request comes from another site");
    }
    return std::nullopt;
  }

  static bool IsMonitoring(std::string_view path) {
    return path == "/metrics" || path == "/healthz" || path == "/readyz";
  }

  HttpResponse Monitor(std::string_view path) const {
    if (path == "/metrics") return {200, kMetricsType, sources.metrics(), {}};
    if (path == "/healthz") return {200, kPlainType, "ok\n", {}};
    const std::string reason = sources.not_ready();
    if (reason.empty()) return {200, kPlainType, "ok\n", {}};
    return {503, kPlainType, reason + "\n", {}};
  }

  HttpResponse HandleDashboard(const HttpRequest& request) {
    const std::string_view route = RouteOf(request.path);
    const bool get = request.method == "GET";
    if (route == "session") return get ? Session(request) : SignIn(request);
    if (!route.empty()) return get ? Get(route, request) : Post(route, request);
    if (!get) return NotFound();
    for (const Asset& asset : Assets()) {
      if (request.path == (asset.path == "/index.html" ? "/" : asset.path)) {
        return ServeAsset(asset, request);
      }
    }
    return NotFound();
  }

  bool IsSignedIn(const HttpRequest& request) const {
    return guard.IsSignedIn(request.Header("cookie"), request.Header("authorization"));
  }

  Json SessionJson() const {
    Json pipelines = Json::array();
    for (const PipelineSource& pipeline : sources.pipelines) {
      pipelines.push_back(pipeline.config->name);
    }
    return {{"version", sources.version},
            {"pipelines", std::move(pipelines)},
            {"change_token", guard.change_token()}};
  }

  HttpResponse Session(const HttpRequest& request) const {
    return IsSignedIn(request) ? Answer(200, SessionJson()) : RefuseStranger();
  }

  HttpResponse SignIn(const HttpRequest& request) const {
    if (auto refused = RefuseUnlessOurs(request)) return *std::move(refused);
    const auto body = ParametersOf(request.body);
    const auto token = body.ok() ? body->find("token") : Parameters::const_iterator();
    if (!body.ok() || token == body->end() || !guard.IsToken(token->second)) {
      return Refuse(401, "token", "that is not the dashboard token");
    }
    HttpResponse response = Answer(200, SessionJson());
    response.headers.emplace_back("Set-Cookie", guard.SessionCookie());
    return response;
  }

  HttpResponse Get(std::string_view route, const HttpRequest& request) {
    if (!IsSignedIn(request)) return RefuseStranger();
    return Reply(api.Call("GET", route, request.parameters));
  }

  HttpResponse Post(std::string_view route, const HttpRequest& request) {
    if (auto refused = RefuseUnlessOurs(request)) return *std::move(refused);
    if (!IsSignedIn(request)) return RefuseStranger();
    if (!SameSecret(request.Header("x-varve-token"), guard.change_token())) {
      return Refuse(403, "change_token", "the page is older than this process; load it again");
    }
    const auto body = ParametersOf(request.body);
    return Reply(body.ok() ? api.Call("POST", route, *body) : body.error());
  }

  const bool dashboard;
  const Sources sources;
  const Guard guard;
  Api api{sources};
  std::string address;
  std::unique_ptr<HttpServer> server;  // last: it stops before what it asks is gone
};

Status CheckWebOptions(const WebOptions& options) {
  VARVE_ASSIGN_OR_RETURN(const HostPort place, ParseAddress(options.address));
  if (!options.dashboard) return Ok{};
  return CheckAccess({place.host, options.hosts, options.token});
}

WebServer::WebServer(std::unique_ptr<State> state) : state_(std::move(state)) {}

Result<std::unique_ptr<WebServer>> WebServer::Start(const WebOptions& options, Sources sources) {
  VARVE_RETURN_IF_ERROR(CheckWebOptions(options));
  const std::string& address = options.address;
  VARVE_ASSIGN_OR_RETURN(const HostPort place, ParseAddress(address));
  auto state = std::make_unique<State>(
      std::move(sources), Access{place.host, options.hosts, options.token}, options.dashboard);
  auto server = HttpServer::Start(
      place.host, place.port, kHeaders,
      [known = state.get()](const HttpRequest& request) { return known->Handle(request); });
  if (!server.ok()) {
    return Error{server.error().code, "cannot listen on " + address +
                                          "; is another process there? Choose another with "
                                          "--listen HOST:PORT, or --listen none"};
  }
  state->server = std::move(server).value();
  state->address =
      address.substr(0, address.rfind(':') + 1) + std::to_string(state->server->port());
  return std::unique_ptr<WebServer>(new WebServer(std::move(state)));
}

WebServer::~WebServer() = default;

const std::string& WebServer::address() const { return state_->address; }

}  // namespace varve::dashboard
