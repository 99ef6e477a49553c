#include "cli/monitoring_server.h"

#include <gtest/gtest.h>
#include <httplib.h>

namespace varve::cli {
namespace {

TEST(MonitoringServerTest, AnswersMonitoring) {
  std::string reason;
  const auto server = MonitoringServer::Start(
      "127.0.0.1:0", {[] { return std::string("varve_rows_total 3\n"); }, [&] { return reason; }});
  ASSERT_TRUE(server.ok()) << server.error().message;
  httplib::Client client("http://" + (*server)->address());
  const auto metrics = client.Get("/metrics");
  ASSERT_TRUE(metrics);
  EXPECT_EQ(metrics->body, "varve_rows_total 3\n");
  EXPECT_EQ(metrics->get_header_value("Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_EQ(client.Get("/healthz")->status, 200);
  EXPECT_EQ(client.Get("/readyz")->status, 200);
  EXPECT_EQ(client.Get("/")->status, 404);
  EXPECT_EQ(client.Post("/metrics")->status, 404);
  reason = "pipeline main: disk full";
  const auto ready = client.Get("/readyz");
  EXPECT_EQ(ready->status, 503);
  EXPECT_EQ(ready->body, "pipeline main: disk full\n");
}

TEST(MonitoringServerTest, RefusesAddressesThatAreNoneOrTaken) {
  const MonitoringSources sources{[] { return std::string(); }, [] { return std::string(); }};
  for (const char* address : {"", "x", ":1", "127.0.0.1:", "127.0.0.1:99999", "127.0.0.1:1x"}) {
    const auto server = MonitoringServer::Start(address, sources);
    ASSERT_FALSE(server.ok()) << address;
    EXPECT_EQ(server.error().code, Code::kInvalidArgument) << address;
  }
  const auto first = MonitoringServer::Start("127.0.0.1:0", sources);
  ASSERT_TRUE(first.ok());
  const auto second = MonitoringServer::Start((*first)->address(), sources);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code, Code::kAlreadyExists);
}

}  // namespace
}  // namespace varve::cli
