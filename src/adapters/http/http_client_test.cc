#include "adapters/http/http_client.h"

#include <gtest/gtest.h>
#include <httplib.h>

#include <memory>
#include <thread>

namespace varve {
namespace {

// A server on loopback that answers with what it was sent.
class HttpClientTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto echo = [](const httplib::Request& request, httplib::Response& response) {
      response.set_header("X-Method", request.method);
      response.set_header("X-Path", request.target);
      response.set_header("X-Sent", request.get_header_value("X-Ask"));
      response.set_header("X-Expect", request.get_header_value("Expect"));
      response.status = request.has_param("status") ? 503 : 200;
      response.set_content(request.body.empty() ? "hello" : request.body, "text/plain");
    };
    server_.Get("/.*", echo).Put("/.*", echo).Post("/.*", echo).Delete("/.*", echo);
    port_ = server_.bind_to_any_port("127.0.0.1");
    ASSERT_GT(port_, 0);
    thread_ = std::thread([this] { server_.listen_after_bind(); });
    while (!server_.is_running()) std::this_thread::yield();
  }
  void TearDown() override {
    client_.reset();  // the server waits for its connections
    server_.stop();
    thread_.join();
  }

  HttpRequest Ask(std::string method, const std::string& path) const {
    HttpRequest request;
    request.method = std::move(method);
    request.url = "http://127.0.0.1:" + std::to_string(port_) + path;
    return request;
  }

  httplib::Server server_;
  std::thread thread_;
  int port_ = 0;
  std::unique_ptr<HttpClient> client_ = std::make_unique<HttpClient>();
};

TEST_F(HttpClientTest, EachMethodCarriesItsBody) {
  const std::string large(3 << 20, 'x');
  for (const std::string method : {"PUT", "POST"}) {
    HttpRequest request = Ask(method, "/a%20b/../c//d?x=1");
    request.headers = {{"X-Ask", "one"}};
    request.body = large;
    const auto response = client_->Send(request);
    ASSERT_TRUE(response.ok()) << response.error().message;
    EXPECT_EQ(response->status, 200);
    EXPECT_EQ(response->Header("x-method"), method);
    EXPECT_EQ(response->Header("x-path"), "/a%20b/../c//d?x=1");
    EXPECT_EQ(response->Header("x-sent"), "one");
    EXPECT_EQ(response->Header("x-expect"), "");
    EXPECT_EQ(response->body.size(), large.size());
  }
  EXPECT_EQ(client_->Send(Ask("DELETE", "/gone"))->Header("x-method"), "DELETE");
  const auto head = client_->Send(Ask("HEAD", "/there"));
  ASSERT_TRUE(head.ok()) << head.error().message;
  EXPECT_EQ(head->body, "");
  EXPECT_EQ(head->Header("content-length"), "5");
}

TEST_F(HttpClientTest, BodyGoesToItsTakerOnlyOnSuccess) {
  std::string taken;
  HttpRequest request = Ask("GET", "/");
  request.on_body = [&](std::string_view piece) {
    taken.append(piece);
    return true;
  };
  EXPECT_EQ(client_->Send(request)->body, "");
  EXPECT_EQ(taken, "hello");
  request.url += "?status=";
  EXPECT_EQ(client_->Send(request)->body, "hello");
  EXPECT_EQ(taken, "hello");
}

TEST_F(HttpClientTest, TakerStops) {
  HttpRequest request = Ask("GET", "/");
  request.on_body = [](std::string_view) { return false; };
  EXPECT_EQ(client_->Send(request).error().code, Code::kCancelled);
}

TEST(HttpClient, ErrorsNameTheHostAlone) {
  httplib::Server server;
  const int port = server.bind_to_any_port("127.0.0.1");
  server.stop();
  HttpRequest request;
  request.url = "http://127.0.0.1:" + std::to_string(port) + "/secret?X-Amz-Signature=secret";
  request.timeout_ms = 200;
  HttpClient client;
  const auto response = client.Send(request);
  ASSERT_FALSE(response.ok());
  EXPECT_EQ(response.error().code, Code::kIo);
  EXPECT_NE(response.error().message.find("127.0.0.1"), std::string::npos);
  EXPECT_EQ(response.error().message.find("secret"), std::string::npos);
  request.url = "file:///etc/passwd";
  EXPECT_EQ(client.Send(request).error().code, Code::kInvalidArgument);
}

}  // namespace
}  // namespace varve
