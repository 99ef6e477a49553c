#include "cli/monitoring_server.h"

#include <httplib.h>
#include <sys/socket.h>

#include <atomic>
#include <thread>
#include <utility>

#include "cli/parse_flags.h"

namespace varve::cli {
namespace {

constexpr size_t kThreads = 2;
constexpr time_t kTimeoutSeconds = 5;
constexpr size_t kRequestBytesMax = 64 << 10;
constexpr const char* kMetricsType = "text/plain; version=0.0.4; charset=utf-8";
constexpr const char* kPlainType = "text/plain; charset=utf-8";

struct HostPort {
  std::string host;
  int port = 0;
};

Result<HostPort> ParseAddress(const std::string& address) {
  const size_t colon = address.rfind(':');
  const Error bad{Code::kInvalidArgument, "\"" + address +
                                              "\" is not an address to listen on; write HOST:PORT, "
                                              "like 127.0.0.1:9464, or none"};
  if (colon == address.npos || colon == 0) return bad;
  const auto port = ParseCount(address.substr(colon + 1), 0, 65'535);
  if (!port.ok()) return bad;
  HostPort parsed{address.substr(0, colon), static_cast<int>(*port)};
  if (parsed.host.starts_with('[') && parsed.host.ends_with(']')) {
    parsed.host = parsed.host.substr(1, parsed.host.size() - 2);
  }
  return parsed;
}

}  // namespace

struct MonitoringServer::State {
  explicit State(MonitoringSources from) : sources(std::move(from)) {}

  void AddRoutes() {
    server.Get("/metrics", [this](const httplib::Request&, httplib::Response& response) {
      response.set_content(sources.metrics(), kMetricsType);
    });
    server.Get("/healthz", [](const httplib::Request&, httplib::Response& response) {
      response.set_content("ok\n", kPlainType);
    });
    server.Get("/readyz", [this](const httplib::Request&, httplib::Response& response) {
      const std::string reason = sources.not_ready();
      if (!reason.empty()) response.status = 503;
      response.set_content(reason.empty() ? "ok\n" : reason + "\n", kPlainType);
    });
  }

  void SetLimits() {
    // Not SO_REUSEPORT, with which two processes would share the port without knowing.
    server.set_socket_options([](socket_t socket) {
      const int yes = 1;
      setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    });
    server.new_task_queue = [] { return new httplib::ThreadPool(kThreads); };
    server.set_read_timeout(kTimeoutSeconds);
    server.set_write_timeout(kTimeoutSeconds);
    server.set_keep_alive_timeout(kTimeoutSeconds);
    server.set_payload_max_length(kRequestBytesMax);
  }

  const MonitoringSources sources;
  httplib::Server server;
  std::string address;
  std::thread thread;
  std::atomic<bool> ended{false};
};

MonitoringServer::MonitoringServer(std::unique_ptr<State> state) : state_(std::move(state)) {}

Result<std::unique_ptr<MonitoringServer>> MonitoringServer::Start(const std::string& address,
                                                                  MonitoringSources sources) {
  VARVE_ASSIGN_OR_RETURN(const HostPort place, ParseAddress(address));
  auto state = std::make_unique<State>(std::move(sources));
  state->SetLimits();
  state->AddRoutes();
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
  return std::unique_ptr<MonitoringServer>(new MonitoringServer(std::move(state)));
}

MonitoringServer::~MonitoringServer() {
  state_->server.stop();
  state_->thread.join();
}

const std::string& MonitoringServer::address() const { return state_->address; }

}  // namespace varve::cli
