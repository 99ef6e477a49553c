#include "adapters/aws/core/aws_client.h"

#include <gtest/gtest.h>
#include <httplib.h>

#include <deque>
#include <thread>

#include "base/time_text.h"
#include "testing/fake_clock.h"

namespace varve::aws {
namespace {

struct Planned {
  int status = 200;
  std::string body;
  std::string date;
};

class NumberedCredentials : public CredentialsProvider {
 public:
  Result<Credentials> Get() override {
    return Credentials{"ID" + std::to_string(generation), "secret", "", 0};
  }
  void Forget(const Credentials& refused) override {
    EXPECT_EQ(refused, *Get());
    ++generation;
  }
  int generation = 1;
};

// A server that answers as planned, then with 200, and remembers what it saw.
class AwsClientTest : public testing::Test {
 protected:
  void SetUp() override {
    server_.Post("/.*", [this](const httplib::Request& request, httplib::Response& response) {
      seen_.push_back(request);
      Planned answer;
      if (!plan_.empty()) {
        answer = plan_.front();
        plan_.pop_front();
      }
      response.status = answer.status;
      if (!answer.date.empty()) response.set_header("Date", answer.date);
      response.set_content(answer.body, "application/json");
    });
    port_ = server_.bind_to_any_port("127.0.0.1");
    thread_ = std::thread([this] { server_.listen_after_bind(); });
    while (!server_.is_running()) std::this_thread::yield();
    AwsClientSettings settings;
    settings.sleep = [this](int64_t us) { slept_.push_back(us); };
    client_ = std::make_unique<AwsClient>(*http_, credentials_, clock_, random_, settings);
  }
  void TearDown() override {
    client_.reset();
    http_.reset();  // the server waits for its connections
    server_.stop();
    thread_.join();
  }

  Result<AwsReply> Send() {
    AwsRequest request;
    request.service = "sqs";
    request.endpoint = "http://127.0.0.1:" + std::to_string(port_);
    request.body = "{}";
    return client_->Send(request);
  }

  httplib::Server server_;
  std::thread thread_;
  int port_ = 0;
  std::deque<Planned> plan_;
  std::vector<httplib::Request> seen_;
  std::vector<int64_t> slept_;
  std::unique_ptr<HttpClient> http_ = std::make_unique<HttpClient>();
  NumberedCredentials credentials_;
  FakeClock clock_;
  SeededRandom random_{1};
  std::unique_ptr<AwsClient> client_;
};

TEST_F(AwsClientTest, WhatMayPassIsTriedAgain) {
  plan_ = {{503, "", ""}, {400, R"({"__type":"ThrottlingException"})", ""}};
  const auto reply = Send();
  ASSERT_TRUE(reply.ok()) << reply.error().message;
  EXPECT_FALSE(reply->failure);
  EXPECT_EQ(seen_.size(), 3U);
  EXPECT_EQ(slept_.size(), 2U);
  EXPECT_LE(slept_[0], 50'000);
  EXPECT_LE(slept_[1], 100'000);
}

TEST_F(AwsClientTest, WhatStaysIsTold) {
  plan_ = {{400, R"({"__type":"ValidationException","message":"bad"})", ""}};
  const auto reply = Send();
  ASSERT_TRUE(reply.ok());
  ASSERT_TRUE(reply->failure);
  EXPECT_EQ(reply->failure->code, "ValidationException");
  EXPECT_EQ(seen_.size(), 1U);
}

TEST_F(AwsClientTest, NotForEver) {
  for (int i = 0; i < 9; ++i) plan_.push_back({500, "", ""});
  const auto reply = Send();
  ASSERT_TRUE(reply.ok());
  EXPECT_EQ(reply->failure->status, 500);
  EXPECT_EQ(seen_.size(), 5U);
}

TEST_F(AwsClientTest, RetriesHaveABudget) {
  for (int i = 0; i < 1000; ++i) plan_.push_back({500, "", ""});
  for (int i = 0; i < 60; ++i) static_cast<void>(Send());
  EXPECT_EQ(seen_.size(), 60U + RetryBudget::kTokens / RetryBudget::kRetryCost);
}

TEST_F(AwsClientTest, ClockIsSetByTheServers) {
  clock_.Set(*ParseUtc("2026-01-01T00:00:00.000000Z"));
  plan_ = {{403, R"({"__type":"RequestTimeTooSkewed"})", "Thu, 01 Jan 2026 03:00:00 GMT"}};
  const auto reply = Send();
  ASSERT_TRUE(reply.ok());
  EXPECT_FALSE(reply->failure);
  ASSERT_EQ(seen_.size(), 2U);
  EXPECT_EQ(seen_[0].get_header_value("X-Amz-Date"), "20260101T000000Z");
  EXPECT_EQ(seen_[1].get_header_value("X-Amz-Date"), "20260101T030000Z");
}

TEST_F(AwsClientTest, ExpiredCredentialsAreFetchedAnewOnce) {
  plan_ = {{400, R"({"__type":"ExpiredTokenException"})", ""}};
  ASSERT_TRUE(Send().ok());
  ASSERT_EQ(seen_.size(), 2U);
  EXPECT_NE(seen_[1].get_header_value("Authorization").find("Credential=ID2/"), std::string::npos);
  plan_ = {{400, R"({"__type":"ExpiredTokenException"})", ""},
           {400, R"({"__type":"ExpiredTokenException"})", ""}};
  EXPECT_TRUE(Send()->failure);
  EXPECT_EQ(seen_.size(), 4U);
}

TEST_F(AwsClientTest, NobodysCredentialsDoNotSign) {
  KnownCredentials nobody;
  client_ = std::make_unique<AwsClient>(*http_, nobody, clock_, random_, AwsClientSettings());
  ASSERT_TRUE(Send().ok());
  EXPECT_FALSE(seen_.at(0).has_header("Authorization"));
  EXPECT_TRUE(seen_.at(0).has_header("Host"));
  client_.reset();  // before `nobody`
}

}  // namespace
}  // namespace varve::aws
