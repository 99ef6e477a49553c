#include "lambda/runtime_api.h"

#include <gtest/gtest.h>
#include <httplib.h>

#include <deque>
#include <thread>

#include "testing/silent_log.h"

namespace varve::lambda {
namespace {

// The runtime API with some events; then it refuses, and the loop ends.
class RuntimeApiTest : public testing::Test {
 protected:
  void SetUp() override {
    const std::string root = "/2018-06-01/runtime/invocation/";
    server_.Get(root + "next", [this](const httplib::Request&, httplib::Response& response) {
      if (events_.empty()) {
        response.status = 500;
        return;
      }
      response.set_header("Lambda-Runtime-Aws-Request-Id", "r" + std::to_string(events_.size()));
      response.set_header("Lambda-Runtime-Deadline-Ms", "1737072000000");
      response.set_content(events_.front(), "application/json");
      events_.pop_front();
    });
    server_.Post(root + "(.*)",
                 [this](const httplib::Request& request, httplib::Response& response) {
                   answers_.push_back(std::string(request.matches[1]) + " " + request.body);
                   response.status = 202;
                 });
    port_ = server_.bind_to_any_port("127.0.0.1");
    server_.set_keep_alive_timeout(1);
    thread_ = std::thread([this] { server_.listen_after_bind(); });
    while (!server_.is_running()) std::this_thread::yield();
  }
  void TearDown() override {
    server_.stop();
    thread_.join();
  }
  std::string Api() const { return "127.0.0.1:" + std::to_string(port_); }

  httplib::Server server_;
  std::thread thread_;
  int port_ = 0;
  std::deque<std::string> events_;
  std::vector<std::string> answers_;
  SilentLog log_;
};

TEST_F(RuntimeApiTest, EachEventGetsItsAnswer) {
  events_ = {"{\"a\":1}", "bad", "{\"a\":2}"};
  int after = 0;
  const Error error = Serve(
      Api(),
      [](const Invocation& invocation) -> Result<std::string> {
        EXPECT_EQ(invocation.deadline_us, 1'737'072'000'000'000);
        if (invocation.event == "bad") return Error{Code::kThrottled, "too \"often\""};
        return invocation.event;
      },
      [&] { ++after; }, log_);
  EXPECT_EQ(error.code, Code::kInternal);
  EXPECT_EQ(after, 3);
  EXPECT_EQ(answers_,
            (std::vector<std::string>{
                "r3/response {\"a\":1}",
                "r2/error {\"errorMessage\":\"too \\\"often\\\"\",\"errorType\":\"throttled\"}",
                "r1/response {\"a\":2}"}));
}

}  // namespace
}  // namespace varve::lambda
