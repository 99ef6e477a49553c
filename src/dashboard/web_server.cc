#include "dashboard/web_server.h"

#include <httplib.h>
#include <sys/socket.h>

#include <atomic>
#include <charconv>
#include <thread>
#include <utility>

#include "dashboard/api.h"
#include "dashboard/assets.h"
#include "dashboard/guard.h"

namespace varve::dashboard {
namespace {

using httplib::Request;
using httplib::Response;
using Handled = httplib::Server::HandlerResponse;

// A browser holds several connections open, each of which occupies a thread until it times out.
constexpr size_t kThreads = 16;
constexpr time_t kTimeoutSeconds = 5;
constexpr time_t kKeepAliveSeconds = 2;
constexpr size_t kRequestBytesMax = 64 << 10;
constexpr const char* kMetricsType = "text/plain; version=0.0.4; charset=utf-8";
constexpr const char* kPlainType = "text/plain; charset=utf-8";
constexpr const char* kJsonType = "application/json";

// Nothing from elsewhere is loaded, run, framed or told where people came from.
const httplib::Headers kHeaders = {
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

void Answer(Response& response, int status, const Json& json) {
  response.status = status;
  response.set_header("Cache-Control", "no-store");
  response.set_content(JsonLineOf(json), kJsonType);
}

void Refuse(Response& response, int status, std::string_view code, std::string_view message) {
  Answer(response, status, {{"error", {{"code", code}, {"message", message}}}});
}

}  // namespace

struct WebServer::State {
  State(Sources from, Access access) : sources(std::move(from)), guard(std::move(access)) {}

  void SetLimits() {
    // Not SO_REUSEPORT, with which two processes would share the port without knowing.
    server.set_socket_options([](socket_t socket) {
      const int yes = 1;
      setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    });
    server.new_task_queue = [] { return new httplib::ThreadPool(kThreads); };
    server.set_read_timeout(kTimeoutSeconds);
    server.set_write_timeout(kTimeoutSeconds);
    server.set_keep_alive_timeout(kKeepAliveSeconds);
    server.set_payload_max_length(kRequestBytesMax);
    server.set_default_headers(kHeaders);
  }

  void AddMonitoring() {
    server.Get("/metrics", [this](const Request&, Response& response) {
      response.set_content(sources.metrics(), kMetricsType);
    });
    server.Get("/healthz", [](const Request&, Response& response) {
      response.set_content("ok\n", kPlainType);
    });
    server.Get("/readyz", [this](const Request&, Response& response) {
      const std::string reason = sources.not_ready();
      if (!reason.empty()) response.status = 503;
      response.set_content(reason.empty() ? "ok\n" : reason + "\n", kPlainType);
    });
  }

  // Before anything else is looked at.
  void AddGuard() {
    server.set_pre_routing_handler([this](const Request& request, Response& response) {
      const std::string host = request.get_header_value("Host");
      if (!guard.AllowsHost(host)) {
        Refuse(response, 403, "host",
               "this server is not called that; if it should be, add the name to dashboard-host");
        return Handled::Handled;
      }
      if (!guard.AllowsOrigin(request.get_header_value("Origin"), host)) {
        Refuse(response, 403, "origin", "this request comes from another site");
        return Handled::Handled;
      }
      return Handled::Unhandled;
    });
  }

  void AddDashboard() {
    for (const Asset& asset : Assets()) {
      const std::string path(asset.path == "/index.html" ? "/" : asset.path);
      server.Get(path, [&asset](const Request& request, Response& response) {
        ServeAsset(asset, request, response);
      });
    }
    server.Get("/api/v1/session", [this](const Request& request, Response& response) {
      if (IsSignedIn(request)) return Answer(response, 200, SessionJson());
      RefuseStranger(response);
    });
    server.Post("/api/v1/session",
                [this](const Request& request, Response& response) { SignIn(request, response); });
    server.Get(R"(/api/v1/([a-z-]+))",
               [this](const Request& request, Response& response) { Get(request, response); });
    server.Post(R"(/api/v1/([a-z-]+))",
                [this](const Request& request, Response& response) { Post(request, response); });
  }

  static void ServeAsset(const Asset& asset, const Request& request, Response& response) {
    response.set_header("ETag", std::string(asset.etag));
    response.set_header("Cache-Control", "no-cache");
    if (request.get_header_value("If-None-Match") == asset.etag) {
      response.status = 304;
      return;
    }
    response.set_content(asset.content.data(), asset.content.size(), asset.type.data());
  }

  bool IsSignedIn(const Request& request) const {
    return guard.IsSignedIn(request.get_header_value("Cookie"),
                            request.get_header_value("Authorization"));
  }

  static void RefuseStranger(Response& response) {
    Refuse(response, 401, "token", "sign in with the dashboard token first");
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

  // What a POST must be whoever sends it. False: it was refused.
  static bool IsOurs(const Request& request, Response& response) {
    if (!request.has_header("Origin")) {
      Refuse(response, 403, "origin", "a change needs the header Origin of this server");
      return false;
    }
    if (!request.get_header_value("Content-Type").starts_with(kJsonType)) {
      Refuse(response, 415, "content_type", "send application/json");
      return false;
    }
    return true;
  }

  void SignIn(const Request& request, Response& response) const {
    if (!IsOurs(request, response)) return;
    const auto body = ParametersOf(request.body);
    const auto token = body.ok() ? body->find("token") : Parameters::const_iterator();
    if (!body.ok() || token == body->end() || !guard.IsToken(token->second)) {
      return Refuse(response, 401, "token", "that is not the dashboard token");
    }
    response.set_header("Set-Cookie", guard.SessionCookie());
    Answer(response, 200, SessionJson());
  }

  void Get(const Request& request, Response& response) {
    if (!IsSignedIn(request)) return RefuseStranger(response);
    Parameters parameters;
    for (const auto& [name, value] : request.params) parameters[name] = value;
    Reply(response, api.Call("GET", request.matches[1].str(), parameters));
  }

  void Post(const Request& request, Response& response) {
    if (!IsOurs(request, response)) return;
    if (!IsSignedIn(request)) return RefuseStranger(response);
    if (!SameSecret(request.get_header_value("X-Varve-Token"), guard.change_token())) {
      return Refuse(response, 403, "change_token",
                    "the page is older than this process; load it again");
    }
    const auto body = ParametersOf(request.body);
    if (!body.ok()) return Reply(response, body.error());
    Reply(response, api.Call("POST", request.matches[1].str(), *body));
  }

  static void Reply(Response& response, const Result<Json>& result) {
    if (result.ok()) return Answer(response, 200, *result);
    const Error& error = result.error();
    Refuse(response, StatusOf(error.code), CodeName(error.code), error.message);
  }

  const Sources sources;
  const Guard guard;
  Api api{sources};
  httplib::Server server;
  std::string address;
  std::thread thread;
  std::atomic<bool> ended{false};
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
  auto state =
      std::make_unique<State>(std::move(sources), Access{place.host, options.hosts, options.token});
  state->SetLimits();
  state->AddGuard();
  state->AddMonitoring();
  if (options.dashboard) state->AddDashboard();
  int port = place.port;
  if (port == 0) {
    port = state->server.bind_to_any_port(place.host);
  } else if (!state->server.bind_to_port(place.host, port)) {
    port = -1;
  }
  if (port < 0) {
    return Error{Code::kAlreadyExists, "cannot listen on " + address +
                                           "; is another process there? Choose another with "
                                           "--listen HOST:PORT, or --listen none"};
  }
  state->address = address.substr(0, address.rfind(':') + 1) + std::to_string(port);
  State* const running = state.get();
  state->thread = std::thread([running] {
    running->server.listen_after_bind();
    running->ended = true;
  });
  // Stopping a server that is not yet running would do nothing.
  while (!running->server.is_running() && !running->ended) std::this_thread::yield();
  return std::unique_ptr<WebServer>(new WebServer(std::move(state)));
}

WebServer::~WebServer() {
  state_->server.stop();
  state_->thread.join();
}

const std::string& WebServer::address() const { return state_->address; }

}  // namespace varve::dashboard
