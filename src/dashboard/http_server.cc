#include "dashboard/http_server.h"

#include <fcntl.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <chrono>
#include <thread>
#include <utility>

#include "dashboard/http_connection.h"

namespace varve::dashboard {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr int kThreads = 16;
// A browser holds a handful, a monitor one; the pipeline needs its file descriptors, too.
constexpr size_t kConnectionsMax = 256;
constexpr std::chrono::milliseconds kPauseWithoutDescriptors(100);

// Programs that an alert starts must not hold the connections open.
template <typename Socket>
void CloseOnExec(Socket& socket) {
  fcntl(socket.native_handle(), F_SETFD, FD_CLOEXEC);
}

}  // namespace

// What accepts runs on one strand, which alone touches `acceptor` and `connections` once it runs.
struct HttpServer::State {
  explicit State(HttpService what) : service(std::move(what)) {}

  bool Listen(const std::string& host, int wanted) {
    error_code error;
    tcp::resolver resolver(io);
    const auto flags = tcp::resolver::passive | tcp::resolver::numeric_service;
    for (const auto& found : resolver.resolve(host, std::to_string(wanted), flags, error)) {
      if (ListenAt(found.endpoint())) return true;
    }
    return false;
  }

  bool ListenAt(const tcp::endpoint& endpoint) {
    error_code error;
    acceptor.close(error);
    if (acceptor.open(endpoint.protocol(), error)) return false;
    CloseOnExec(acceptor);
    // Not SO_REUSEPORT, with which two processes would share the port without knowing.
    if (acceptor.set_option(tcp::acceptor::reuse_address(true), error)) return false;
    if (acceptor.bind(endpoint, error) || acceptor.listen(SOMAXCONN, error)) return false;
    port = acceptor.local_endpoint(error).port();
    return !error;
  }

  void Run() {
    Accept();
    for (int i = 0; i < kThreads; ++i) threads.emplace_back([this] { io.run(); });
  }

  void Accept() {
    acceptor.async_accept(asio::make_strand(io), [this](error_code error, tcp::socket socket) {
      if (!acceptor.is_open()) return;
      if (!error) {
        Serve(std::move(socket));
        return Accept();
      }
      // Out of descriptors, most likely: asking again at once would only burn time.
      pause.expires_after(kPauseWithoutDescriptors);
      pause.async_wait([this](error_code) {
        if (acceptor.is_open()) Accept();
      });
    });
  }

  void Serve(tcp::socket socket) {
    std::erase_if(connections, [](const auto& connection) { return connection.expired(); });
    if (connections.size() >= kConnectionsMax) return;
    CloseOnExec(socket);
    const auto connection = std::make_shared<HttpConnection>(std::move(socket), service);
    connections.push_back(connection);
    connection->Begin();
  }

  void Stop() {
    asio::post(acceptor.get_executor(), [this] {
      error_code error;
      acceptor.close(error);
      pause.cancel();
      for (const auto& known : connections) {
        if (const auto connection = known.lock()) connection->End();
      }
    });
    for (std::thread& thread : threads) thread.join();  // they end when nothing is left to do
  }

  const HttpService service;
  int port = 0;
  asio::io_context io;
  tcp::acceptor acceptor{asio::make_strand(io)};
  asio::steady_timer pause{acceptor.get_executor()};
  std::vector<std::weak_ptr<HttpConnection>> connections;
  std::vector<std::thread> threads;
};

Result<std::unique_ptr<HttpServer>> HttpServer::Start(const std::string& host, int port,
                                                      HttpHeaders headers, HttpHandler handler) {
  auto state = std::make_unique<State>(HttpService{std::move(headers), std::move(handler)});
  if (!state->Listen(host, port)) {
    return Error{Code::kAlreadyExists,
                 "cannot listen on port " + std::to_string(port) + " of " + host};
  }
  state->Run();
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(state)));
}

HttpServer::HttpServer(std::unique_ptr<State> state) : state_(std::move(state)) {}
HttpServer::~HttpServer() { state_->Stop(); }

int HttpServer::port() const { return state_->port; }

}  // namespace varve::dashboard
