#include "dashboard/http_server.h"

#include <gtest/gtest.h>
#include <httplib.h>
#include <sys/socket.h>
#include <zlib.h>

#include <atomic>
#include <stdexcept>
#include <thread>

namespace varve::dashboard {
namespace {

// What the server was asked comes back as the body; some paths do something else.
HttpResponse Echo(const HttpRequest& request) {
  if (request.path == "/throws") throw std::runtime_error("a bug");
  if (request.path == "/unchanged") return {304, "", "", {{"ETag", "x"}}};
  if (request.path == "/long") return {200, "text/plain", std::string(50'000, 'x'), {}};
  std::string text = request.method + " " + request.path;
  for (const auto& [name, value] : request.parameters) text += " " + name + "=" + value;
  return {200, "text/plain", text + " [" + request.body + "]", {{"X-Echo", "1"}}};
}

std::unique_ptr<HttpServer> StartServer(const std::string& host = "127.0.0.1",
                                        HttpHandler handler = Echo) {
  auto started = HttpServer::Start(host, 0, {{"X-Always", "yes"}}, std::move(handler));
  return started.ok() ? std::move(started).value() : nullptr;
}

// Bytes on a connection, for what no proper client would send.
class RawClient {
 public:
  explicit RawClient(int port) : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in to = {};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<uint16_t>(port));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = connect(socket_, reinterpret_cast<sockaddr*>(&to), sizeof(to)) == 0;
  }
  ~RawClient() { close(socket_); }

  void Send(const std::string& bytes) {
    ASSERT_TRUE(connected_);
    ASSERT_EQ(send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
  }
  // Until the text is there, or the server has closed.
  std::string ReadUntil(const std::string& text) {
    std::string all;
    char bytes[4096];
    while (all.find(text) == all.npos) {
      const ssize_t count = recv(socket_, bytes, sizeof(bytes), 0);
      if (count <= 0) break;
      all.append(bytes, static_cast<size_t>(count));
    }
    return all;
  }
  std::string ReadAll() { return ReadUntil("\1"); }

 private:
  const int socket_;
  bool connected_ = false;
};

std::string AnswerTo(const HttpServer& server, const std::string& bytes) {
  RawClient client(server.port());
  client.Send(bytes);
  return client.ReadAll();
}

TEST(HttpServer, HandsRequestsOver) {
  const auto server = StartServer();
  ASSERT_NE(server, nullptr);
  httplib::Client client("127.0.0.1", server->port());
  client.set_url_encode(false);  // as written
  const auto got = client.Get("/a%20b/%F0%9F%AA%A8?x=1%2B1&y=a+b");
  ASSERT_TRUE(got);
  EXPECT_EQ(got->body, "GET /a b/\xF0\x9F\xAA\xA8 x=1+1 y=a b []");
  EXPECT_EQ(got->get_header_value("X-Always"), "yes");
  EXPECT_EQ(got->get_header_value("X-Echo"), "1");
  EXPECT_EQ(client.Post("/p", "body", "text/plain")->body, "POST /p [body]");
  EXPECT_EQ(client.Put("/p", "body", "text/plain")->body, "PUT /p [body]");
  const auto head = client.Head("/a");
  EXPECT_EQ(head->status, 200);
  EXPECT_EQ(head->get_header_value("Content-Length"), "9");
  EXPECT_EQ(head->body, "");
  const auto unchanged = client.Get("/unchanged");
  EXPECT_EQ(unchanged->status, 304);
  EXPECT_EQ(unchanged->get_header_value("X-Always"), "yes");
}

TEST(HttpServer, AnExceptionIsAnAnswer) {
  const auto server = StartServer();
  httplib::Client client("127.0.0.1", server->port());
  const auto got = client.Get("/throws");
  ASSERT_TRUE(got);
  EXPECT_EQ(got->status, 500);
  EXPECT_EQ(got->body, "Internal Server Error\n");
  EXPECT_EQ(got->get_header_value("X-Always"), "yes");
}

// Asked of the kernel, so that a server that cannot is not taken for a machine that has none.
bool HasIpv6() {
  const int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in6 loopback = {};
  loopback.sin6_family = AF_INET6;
  loopback.sin6_addr = in6addr_loopback;
  const bool bound =
      fd >= 0 && bind(fd, reinterpret_cast<sockaddr*>(&loopback), sizeof(loopback)) == 0;
  if (fd >= 0) close(fd);
  return bound;
}

TEST(HttpServer, ListensOnIpv6) {
  if (!HasIpv6()) GTEST_SKIP() << "there is no IPv6 here";
  const auto server = StartServer("::1");
  ASSERT_NE(server, nullptr);
  httplib::Client client("::1", server->port());
  const auto got = client.Get("/six");
  ASSERT_TRUE(got);
  EXPECT_EQ(got->body, "GET /six []");
}

TEST(HttpServer, APortIsTakenOnce) {
  const auto server = StartServer();
  const auto second = HttpServer::Start("127.0.0.1", server->port(), {}, Echo);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code, Code::kAlreadyExists);
  EXPECT_FALSE(HttpServer::Start("192.0.2.1", 0, {}, Echo).ok()) << "not this machine's address";
}

TEST(HttpServer, WhatIsNoRequestIsRefusedWithTheHeaders) {
  const auto server = StartServer();
  for (const auto& [bytes, status] : std::initializer_list<std::pair<std::string, std::string>>{
           {"nonsense\r\n\r\n", "400 Bad Request"},
           {"GET / HTTP/9.9\r\n\r\n", "400 Bad Request"},
           {"GET / HTTP/1.1\r\nno colon\r\n\r\n", "400 Bad Request"},
           {"POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n", "400 Bad Request"},
           {"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", "400 Bad Request"},
           {"GET /" + std::string(20'000, 'a') + " HTTP/1.1\r\n\r\n",
            "431 Request Header Fields Too Large"},
           {"POST / HTTP/1.1\r\nContent-Length: 65537\r\n\r\n" + std::string(65'537, 'x'),
            "413 Payload Too Large"},
           {"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n10001\r\n" +
                std::string(65'537, 'x') + "\r\n0\r\n\r\n",
            "413 Payload Too Large"}}) {
    const std::string answer = AnswerTo(*server, bytes);
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 " + status)) << answer;
    EXPECT_NE(answer.find("X-Always: yes\r\n"), answer.npos);
    EXPECT_NE(answer.find("Connection: close\r\n"), answer.npos);
  }
}

TEST(HttpServer, BodiesUpToTheLimitAreRead) {
  const auto server = StartServer();
  const std::string body(64 << 10, 'x');
  httplib::Client client("127.0.0.1", server->port());
  EXPECT_EQ(client.Post("/p", body, "text/plain")->body, "POST /p [" + body + "]");
  const std::string chunked = AnswerTo(*server,
                                       "POST /c HTTP/1.1\r\nConnection: close\r\n"
                                       "Transfer-Encoding: chunked\r\n\r\n"
                                       "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
  EXPECT_NE(chunked.find("POST /c [abcde]"), chunked.npos);
}

TEST(HttpServer, AClientMayAskBeforeItSends) {
  const auto server = StartServer();
  RawClient client(server->port());
  client.Send("POST /p HTTP/1.1\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.ReadUntil("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.Send("hi");
  EXPECT_NE(client.ReadUntil("POST /p [hi]").find("200 OK"), std::string::npos);
}

TEST(HttpServer, AConnectionTakesSeveralRequests) {
  const auto server = StartServer();
  RawClient client(server->port());
  client.Send("GET /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\nConnection: close\r\n\r\n");
  const std::string answers = client.ReadAll();
  EXPECT_LT(answers.find("GET /1 []"), answers.find("GET /2 []"));
  EXPECT_NE(answers.find("GET /2 []"), answers.npos);
  EXPECT_NE(AnswerTo(*server, "GET /3 HTTP/1.0\r\n\r\n").find("GET /3 []"), answers.npos);
}

TEST(HttpServer, TextIsCompressedForThoseWhoAsk) {
  const auto server = StartServer();
  httplib::Client client("127.0.0.1", server->port());
  client.set_decompress(false);
  EXPECT_EQ(client.Get("/long")->body.size(), 50'000U);
  EXPECT_EQ(client.Get("/long", {{"Accept-Encoding", "br, gzip;q=0"}})->body.size(), 50'000U);
  EXPECT_FALSE(client.Get("/a", {{"Accept-Encoding", "gzip"}})->has_header("Content-Encoding"));
  const auto got = client.Get("/long", {{"Accept-Encoding", "deflate, gzip;q=0.9, br"}});
  EXPECT_EQ(got->get_header_value("Content-Encoding"), "gzip");
  EXPECT_EQ(got->get_header_value("Vary"), "Accept-Encoding");
  EXPECT_LT(got->body.size(), 1000U);
  client.set_decompress(true);
  EXPECT_EQ(client.Get("/long", {{"Accept-Encoding", "gzip"}})->body, std::string(50'000, 'x'));
}

// Were it to wait for them, this would take the seconds after which a silent connection is closed.
TEST(HttpServer, StoppingDoesNotWaitForSilentConnections) {
  auto server = StartServer();
  RawClient silent(server->port());
  RawClient slow(server->port());
  slow.Send("GET / HT");
  RawClient kept(server->port());
  kept.Send("GET /k HTTP/1.1\r\n\r\n");
  EXPECT_NE(kept.ReadUntil("[]").find("200 OK"), std::string::npos);
  const auto before = std::chrono::steady_clock::now();
  server.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(2));
  EXPECT_EQ(kept.ReadAll(), "");
}

TEST(HttpServer, StoppingAnswersWhatWasAsked) {
  std::atomic<bool> asked{false};
  std::atomic<bool> may_answer{false};
  auto server = StartServer("127.0.0.1", [&](const HttpRequest&) {
    asked = true;
    asked.notify_all();
    may_answer.wait(false);
    return HttpResponse{200, "text/plain", "late", {}};
  });
  RawClient client(server->port());
  client.Send("GET / HTTP/1.1\r\n\r\n");
  asked.wait(false);
  std::thread stopper([&] { server.reset(); });
  may_answer = true;
  may_answer.notify_all();
  EXPECT_NE(client.ReadAll().find("late"), std::string::npos);
  stopper.join();
}

}  // namespace
}  // namespace varve::dashboard
