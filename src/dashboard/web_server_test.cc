#include "dashboard/web_server.h"

#include <gtest/gtest.h>
#include <httplib.h>

#include "dashboard/assets.h"
#include "operate/record_json.h"
#include "support/dashboard_fixture.h"

namespace varve::dashboard {
namespace {

using httplib::Headers;

constexpr const char* kToken = "an-operator's-secret";

class WebServerTest : public DashboardFixture {
 protected:
  // With a token it thinks that others can connect, too.
  void Start(const std::string& token = "", bool dashboard = true) {
    WebOptions options;
    options.address = "127.0.0.1:0";
    options.token = token;
    options.dashboard = dashboard;
    auto started = WebServer::Start(options, MakeSources());
    ASSERT_TRUE(started.ok()) << started.error().message;
    server = std::move(started).value();
    client = std::make_unique<httplib::Client>("http://" + server->address());
    origin = "http://" + server->address();
  }

  Json Session(const Headers& headers = {}) {
    const auto answer = client->Get("/api/v1/session", headers);
    return answer && answer->status == 200 ? Json::parse(answer->body) : Json();
  }
  int StatusOf(const std::string& path, const Headers& headers = {}) {
    const auto answer = client->Get(path, headers);
    return answer ? answer->status : -1;
  }
  // The refusal's code, or the status when it is none.
  std::string Post(const std::string& path, const std::string& body, const Headers& headers,
                   const char* type = "application/json") {
    const auto answer = client->Post(path, headers, body, type);
    if (!answer) return "no answer";
    if (answer->status == 200) return "200";
    return std::to_string(answer->status) + " " +
           Json::parse(answer->body)["error"]["code"].get<std::string>();
  }
  Headers Ours() {
    return {{"Origin", origin}, {"X-Varve-Token", Session()["change_token"].get<std::string>()}};
  }

  std::unique_ptr<WebServer> server;
  std::unique_ptr<httplib::Client> client;
  std::string origin;
};

TEST_F(WebServerTest, AnswersMonitoring) {
  Start();
  const auto answer = client->Get("/metrics");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->body, "varve_rows_total 3\n");
  EXPECT_EQ(answer->get_header_value("Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_EQ(StatusOf("/healthz"), 200);
  EXPECT_EQ(StatusOf("/readyz"), 200);
  EXPECT_EQ(StatusOf("/nowhere"), 404);
  EXPECT_EQ(client->Post("/metrics")->status, 404);
  not_ready = "pipeline main: disk full";
  const auto ready = client->Get("/readyz");
  EXPECT_EQ(ready->status, 503);
  EXPECT_EQ(ready->body, "pipeline main: disk full\n");
}

TEST_F(WebServerTest, RefusesAddressesThatAreNoneOrTaken) {
  WebOptions options;
  for (const char* address : {"", "x", ":1", "127.0.0.1:", "127.0.0.1:99999", "127.0.0.1:1x"}) {
    options.address = address;
    const auto refused = WebServer::Start(options, MakeSources());
    ASSERT_FALSE(refused.ok()) << address;
    EXPECT_EQ(refused.error().code, Code::kInvalidArgument) << address;
  }
  Start();
  options.address = server->address();
  const auto second = WebServer::Start(options, MakeSources());
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code, Code::kAlreadyExists);
}

TEST_F(WebServerTest, BeyondLoopbackItDoesNotStartWithoutAToken) {
  WebOptions options;
  options.address = "0.0.0.0:0";
  const auto refused = WebServer::Start(options, MakeSources());
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Code::kInvalidArgument);
  EXPECT_NE(refused.error().message.find("dashboard-token"), std::string::npos);
  options.token = kToken;
  EXPECT_TRUE(CheckWebOptions(options).ok());
  options.token = "";
  options.dashboard = false;
  EXPECT_TRUE(CheckWebOptions(options).ok());
}

TEST_F(WebServerTest, ServesThePageWithItsPolicy) {
  Start();
  for (const Asset& asset : Assets()) {
    const std::string path(asset.path == "/index.html" ? "/" : asset.path);
    const auto answer = client->Get(path);
    ASSERT_TRUE(answer) << path;
    EXPECT_EQ(answer->status, 200) << path;
    EXPECT_EQ(answer->body, asset.content);
    EXPECT_EQ(answer->get_header_value("Content-Type"), asset.type);
    const std::string policy = answer->get_header_value("Content-Security-Policy");
    EXPECT_NE(policy.find("default-src 'self'"), std::string::npos);
    EXPECT_NE(policy.find("frame-ancestors 'none'"), std::string::npos);
    EXPECT_EQ(policy.find("unsafe"), std::string::npos);
    EXPECT_EQ(answer->get_header_value("X-Content-Type-Options"), "nosniff");
    EXPECT_EQ(answer->get_header_value("Referrer-Policy"), "no-referrer");
    EXPECT_EQ(StatusOf(path, {{"If-None-Match", std::string(asset.etag)}}), 304);
  }
  EXPECT_EQ(client->Get("/api/v1/session")->get_header_value("Cache-Control"), "no-store");
  EXPECT_EQ(client->Get("/api/v1/files")->get_header_value("X-Content-Type-Options"), "nosniff");
}

// What the policy forbids must not be in the page; and it loads nothing from elsewhere.
TEST_F(WebServerTest, ThePageIsWithinItsPolicy) {
  for (const Asset& asset : Assets()) {
    if (asset.path == "/chart.min.js") continue;
    const std::string text(asset.content);
    for (const char* forbidden : {"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write",
                                  "eval(", " style=\"", "onclick=\"", "https://", "javascript:"}) {
      EXPECT_EQ(text.find(forbidden), text.npos) << asset.path << " has " << forbidden;
    }
  }
}

TEST_F(WebServerTest, OtherNamesAndSitesAreRefused) {
  Start();
  for (const char* path : {"/", "/metrics", "/api/v1/session", "/api/v1/files"}) {
    EXPECT_EQ(StatusOf(path, {{"Host", "evil.example"}}), 403) << path;
    EXPECT_EQ(StatusOf(path, {{"Host", "localhost:9"}}), 200) << path;
    EXPECT_EQ(StatusOf(path, {{"Origin", "http://evil.example"}}), 403) << path;
    EXPECT_EQ(StatusOf(path, {{"Origin", "null"}}), 403) << path;
    EXPECT_EQ(StatusOf(path, {{"Origin", origin}}), 200) << path;
  }
}

TEST_F(WebServerTest, AChangeMustBeOurs) {
  Start();
  Convert();
  const std::string body = R"({"key":"in/bad.ndjson"})";
  const std::string path = "/api/v1/retry";
  const std::string token = Session()["change_token"];
  EXPECT_EQ(Post(path, body, {}), "403 origin");
  EXPECT_EQ(Post(path, body, {{"X-Varve-Token", token}}), "403 origin");
  EXPECT_EQ(Post(path, body, {{"Origin", "http://evil.example"}, {"X-Varve-Token", token}}),
            "403 origin");
  EXPECT_EQ(Post(path, body, {{"Origin", origin}}), "403 change_token");
  EXPECT_EQ(Post(path, body, {{"Origin", origin}, {"X-Varve-Token", "wrong"}}), "403 change_token");
  EXPECT_EQ(Post(path, body, Ours(), "text/plain"), "415 content_type");
  EXPECT_EQ(Post(path, "key=in/bad.ndjson", Ours()), "400 invalid_argument");
  EXPECT_EQ(StatusOf(path), 404) << "not by GET";
  EXPECT_EQ(StatusOf("/api/v1/file?key=in/bad.ndjson"), 200);
  EXPECT_EQ(tracker.Stats("orders")->states.back().state, FileState::kFailed);
  EXPECT_EQ(Post(path, body, Ours()), "200");
  EXPECT_EQ(Post(path, body, Ours()), "409 conflict");
  EXPECT_EQ(Post("/api/v1/none", body, Ours()), "404 not_found");
}

TEST_F(WebServerTest, WithATokenStrangersSeeNothing) {
  Start(kToken);
  EXPECT_EQ(StatusOf("/"), 200) << "the page itself holds no data";
  EXPECT_EQ(StatusOf("/healthz"), 200);
  EXPECT_EQ(StatusOf("/api/v1/session"), 401);
  EXPECT_EQ(StatusOf("/api/v1/files"), 401);
  EXPECT_EQ(StatusOf("/api/v1/nothing"), 401);
  EXPECT_EQ(Post("/api/v1/retry", "{}", {{"Origin", origin}}), "401 token");
  EXPECT_EQ(Post("/api/v1/session", R"({"token":"wrong"})", {{"Origin", origin}}), "401 token");
  EXPECT_EQ(Post("/api/v1/session", R"({"token":")" + std::string(kToken) + "\"}", {}),
            "403 origin");
  EXPECT_EQ(StatusOf("/api/v1/files", {{"Authorization", std::string("Bearer ") + kToken}}), 200);
  const auto signed_in =
      client->Post("/api/v1/session", Headers{{"Origin", origin}},
                   R"({"token":")" + std::string(kToken) + "\"}", "application/json");
  ASSERT_EQ(signed_in->status, 200);
  const std::string set = signed_in->get_header_value("Set-Cookie");
  const Headers cookie = {{"Cookie", set.substr(0, set.find(';'))}};
  EXPECT_EQ(StatusOf("/api/v1/files", cookie), 200);
  EXPECT_FALSE(Session(cookie)["change_token"].is_null());
}

TEST_F(WebServerTest, WithoutADashboardThereIsMonitoring) {
  Start("", false);
  EXPECT_EQ(StatusOf("/metrics"), 200);
  EXPECT_EQ(StatusOf("/"), 404);
  EXPECT_EQ(StatusOf("/api/v1/session"), 404);
}

TEST_F(WebServerTest, EveryAnswerHasThePolicy) {
  Start();
  const auto has_policy = [](const httplib::Result& answer, int status) {
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, status);
    EXPECT_EQ(answer->get_header_value("X-Frame-Options"), "DENY");
    EXPECT_EQ(answer->get_header_value("X-Content-Type-Options"), "nosniff");
    EXPECT_TRUE(answer->has_header("Content-Security-Policy"));
  };
  has_policy(client->Head("/"), 200);
  has_policy(client->Head("/metrics"), 200);
  has_policy(client->Get("/", {{"If-None-Match", std::string(Assets()[0].etag)}}),
             Assets()[0].path == "/index.html" ? 304 : 200);
  has_policy(client->Get("/nowhere"), 404);
  has_policy(client->Get("/", {{"Host", "evil.example"}}), 403);
  has_policy(client->Put("/api/v1/retry", "{}", "application/json"), 405);
  has_policy(client->Delete("/metrics"), 405);
  has_policy(client->Options("/"), 405);
  has_policy(client->Post("/api/v1/retry", std::string(65'537, ' '), "application/json"), 413);
  EXPECT_EQ(client->Options("/")->get_header_value("Allow"), "GET, HEAD, POST");
  has_policy(client->Put("/", {{"Host", "evil.example"}}, "", "text/plain"), 403);
}

TEST_F(WebServerTest, ParametersAreDecodedOnce) {
  Start();
  Drop("in/a b+c%20.ndjson");
  const auto pipeline = MakePipeline();
  RunFor(*pipeline, kMicrosPerSecond);
  client->set_url_encode(false);  // as written
  const auto answer = client->Get("/api/v1/file?key=in%2Fa+b%2Bc%2520.ndjson");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 200) << answer->body;
  EXPECT_EQ(Json::parse(answer->body)["key"], "in/a b+c%20.ndjson");
  EXPECT_EQ(StatusOf("/api/v1/file?key=in%2Fa%00"), 404);
  EXPECT_EQ(StatusOf("/api/v1/file?key=%F0%9F%AA%A8"), 404);
  EXPECT_EQ(StatusOf("/api/v1/files?limit=0"), 400);
  EXPECT_EQ(StatusOf("/api/v1/file?key=none"), 404);
  EXPECT_EQ(StatusOf("/api/v1/../../etc/passwd"), 404);
}

}  // namespace
}  // namespace varve::dashboard
