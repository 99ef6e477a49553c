#include "adapters/local/webhook_notifier.h"

#include <gtest/gtest.h>
#include <httplib.h>

#include <nlohmann/json.hpp>
#include <thread>

namespace varve {
namespace {

const Alert kAlert = {"events", "batch <2025-01-17/batch-0003> failed",
                      "file \"a\n\xF0\x9F\xAA\xA8\" & @channel", "batch_failed"};

// A server on loopback that answers as it is told and remembers what it was sent.
class WebhookNotifierTest : public testing::Test {
 protected:
  void SetUp() override {
    server_.Post("/hook/secret",
                 [this](const httplib::Request& request, httplib::Response& response) {
                   body_ = request.body;
                   type_ = request.get_header_value("Content-Type");
                   response.status = answer_;
                   response.set_content("ok", "text/plain");
                 });
    port_ = server_.bind_to_any_port("127.0.0.1");
    ASSERT_GT(port_, 0);
    thread_ = std::thread([this] { server_.listen_after_bind(); });
    while (!server_.is_running()) std::this_thread::yield();
  }
  void TearDown() override {
    server_.stop();
    thread_.join();
  }

  Status Notify(int answer) {
    answer_ = answer;
    WebhookNotifier notifier("http://127.0.0.1:" + std::to_string(port_) + "/hook/secret", 5000);
    return notifier.Notify(kAlert);
  }

  httplib::Server server_;
  std::thread thread_;
  int port_ = 0;
  int answer_ = 200;
  std::string body_;
  std::string type_;
};

TEST_F(WebhookNotifierTest, PostsSlackJson) {
  ASSERT_TRUE(Notify(200).ok());
  EXPECT_EQ(type_, "application/json");
  const auto posted = nlohmann::json::parse(body_);
  EXPECT_EQ(posted.at("text"),
            "*batch &lt;2025-01-17/batch-0003&gt; failed*\npipeline events\n"
            "file \"a\n\xF0\x9F\xAA\xA8\" &amp; @channel");
}

TEST_F(WebhookNotifierTest, TellsAnswersApart) {
  EXPECT_TRUE(Notify(204).ok());
  EXPECT_EQ(Notify(429).error().code, Code::kThrottled);
  EXPECT_EQ(Notify(503).error().code, Code::kIo);
  EXPECT_EQ(Notify(404).error().code, Code::kInvalidArgument);
  EXPECT_EQ(Notify(302).error().code, Code::kInvalidArgument);
  EXPECT_EQ(Notify(404).error().message.find("secret"), std::string::npos);
}

TEST(WebhookNotifier, NobodyListens) {
  httplib::Server server;
  const int port = server.bind_to_any_port("127.0.0.1");
  server.stop();
  WebhookNotifier notifier("http://127.0.0.1:" + std::to_string(port) + "/secret", 200);
  const Status notified = notifier.Notify(kAlert);
  EXPECT_EQ(notified.error().code, Code::kIo);
  EXPECT_EQ(notified.error().message.find("secret"), std::string::npos);
}

TEST(WebhookNotifier, AnAddressThatIsNone) {
  EXPECT_EQ(WebhookNotifier("file:///etc/passwd", 100).Notify(kAlert).error().code,
            Code::kInvalidArgument);
  EXPECT_EQ(WebhookNotifier("", 100).Notify(kAlert).error().code, Code::kInvalidArgument);
}

}  // namespace
}  // namespace varve
