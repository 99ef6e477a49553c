#include "dashboard/api.h"

#include <gtest/gtest.h>

#include "support/dashboard_fixture.h"

namespace varve::dashboard {
namespace {

// A name that does harm wherever it is taken for anything but a name.
constexpr const char* kHostile = "in/<img src=x onerror=alert(1)>\n\"'&\x1b[31m.ndjson";

class ApiTest : public DashboardFixture {
 protected:
  Json Get(std::string_view name, const Parameters& parameters = {}) {
    const auto json = api.Call("GET", name, parameters);
    EXPECT_TRUE(json.ok()) << name << ": " << json.error().message;
    return json.ok() ? *json : Json();
  }
  Json Post(std::string_view name, const Parameters& parameters) {
    const auto json = api.Call("POST", name, parameters);
    EXPECT_TRUE(json.ok()) << name << ": " << json.error().message;
    return json.ok() ? *json : Json();
  }
  Error Refusal(std::string_view method, std::string_view name, const Parameters& parameters) {
    const auto json = api.Call(method, name, parameters);
    EXPECT_FALSE(json.ok()) << name;
    return json.ok() ? Error{} : json.error();
  }
  // One member of each item over all pages of two.
  std::vector<std::string> All(std::string_view name, const char* items, const char* member,
                               Parameters parameters = {}) {
    std::vector<std::string> found;
    parameters["limit"] = "2";
    for (;;) {
      const Json page = Get(name, parameters);
      EXPECT_LE(page[items].size(), 2u);
      for (const Json& item : page[items]) found.push_back(item[member]);
      if (page["next"].is_null()) return found;
      parameters["after"] = page["next"];
    }
  }

  Sources sources = MakeSources();
  Api api{sources};
};

TEST_F(ApiTest, OverviewCountsEachStage) {
  EXPECT_EQ(Get("overview")["health"][0]["sentence"],
            "Everything is fine. No file has arrived yet.");
  Convert();
  const Json overview = Get("overview");
  EXPECT_EQ(overview["pipeline"], "orders");
  EXPECT_EQ(overview["files"]["completed"]["files"], 10);
  EXPECT_EQ(overview["files"]["failed"]["files"], 1);
  EXPECT_EQ(overview["rows"], 10);
  EXPECT_EQ(overview["queue"]["visible"], 0);
  EXPECT_EQ(overview["next"]["trigger"], "none");
  EXPECT_EQ(overview["flush"]["min_files"], 10);
  EXPECT_TRUE(overview["running"].empty());
  EXPECT_FALSE(overview["latest_batch"]["batch"].is_null());
  EXPECT_EQ(overview["health"][0]["level"], "problem");
  EXPECT_EQ(overview["health"][0]["view"], "files?status=failed");
}

TEST_F(ApiTest, NotReadyIsToldWithItsBeginning) {
  Get("overview");
  clock.Advance(kMicrosPerMinute);
  not_ready = "pipeline orders: the disk is gone";
  const Json first = Get("overview")["health"][0];
  EXPECT_EQ(first["sentence"], "Nothing is converted: pipeline orders: the disk is gone.");
  clock.Advance(kMicrosPerMinute);
  EXPECT_EQ(Get("overview")["health"][0]["since"], first["since"]);
}

TEST_F(ApiTest, FilesArePagedAndFiltered) {
  Convert();
  EXPECT_EQ(All("files", "files", "key").size(), 11u);
  EXPECT_EQ(All("files", "files", "key", {{"status", "failed"}}),
            std::vector<std::string>{"in/bad.ndjson"});
  EXPECT_EQ(All("files", "files", "key", {{"prefix", "in/3"}}),
            std::vector<std::string>{"in/3.ndjson"});
  EXPECT_EQ(All("files", "files", "key", {{"quarantined", "true"}}).size(), 0u);
  const std::string batch = Get("file", {{"key", "in/3.ndjson"}})["versions"][0]["batch"];
  EXPECT_EQ(All("files", "files", "batch", {{"batch", batch}}).front(), batch);
}

TEST_F(ApiTest, BatchesArePagedAndFiltered) {
  Convert();
  const auto all = All("batches", "batches", "batch");
  ASSERT_GE(all.size(), 2u);
  EXPECT_EQ(All("batches", "batches", "batch", {{"prefix", all[0]}}),
            std::vector<std::string>{all[0]});
  EXPECT_GE(All("batches", "batches", "batch", {{"status", "failed"}}).size(), 1u);
  EXPECT_EQ(Get("batch", {{"id", all[0]}})["batch"], all[0]);
}

TEST_F(ApiTest, AFileTellsItsLife) {
  Convert();
  const Json life = Get("file", {{"key", "in/bad.ndjson"}});
  ASSERT_EQ(life["versions"].size(), 1u);
  const Json& version = life["versions"][0];
  EXPECT_EQ(version["state"], "failed");
  EXPECT_EQ(version["events"].back()["state"], "failed");
  EXPECT_NE(version["error"].get<std::string>().find("choked"), std::string::npos);
  EXPECT_FALSE(version["advice"].get<std::string>().empty());
  EXPECT_FALSE(Get("file", {{"key", "in/3.ndjson"}})["versions"][0]["outputs"].empty());
}

TEST_F(ApiTest, RetryBringsFilesBack) {
  Convert();
  EXPECT_EQ(Refusal("POST", "retry", {{"key", "in/3.ndjson"}}).code, Code::kConflict);
  EXPECT_EQ(Refusal("POST", "retry", {{"key", "none"}}).code, Code::kNotFound);
  EXPECT_EQ(Post("retry", {{"key", "in/bad.ndjson"}})["retried"], 1);
  const Json version = Get("file", {{"key", "in/bad.ndjson"}})["versions"][0];
  EXPECT_EQ(version["state"], "pending");
  EXPECT_EQ(version["events"].back()["detail"], "retried by a person, in the dashboard");
  EXPECT_EQ(Post("retry", {{"all", "true"}})["retried"], 0);
}

TEST_F(ApiTest, ReprocessOpensTheBatchAgain) {
  Convert();
  const Json report = Post("reprocess", {{"key", "in/3.ndjson"}});
  ASSERT_EQ(report["batches"].size(), 1u) << report.dump();
  EXPECT_EQ(Get("batch", {{"id", report["batches"][0]}})["reruns"], 1);
}

TEST_F(ApiTest, DeadLettersAreListedAndRedriven) {
  ASSERT_TRUE(queue.Send({"not an event <script>", "nor is this", "{}"}).ok());
  const auto pipeline = MakePipeline();
  RunFor(*pipeline, kMicrosPerMinute);
  const auto ids = All("dead-letters", "letters", "id");
  ASSERT_EQ(ids.size(), 3u);
  EXPECT_EQ(Get("dead-letters")["letters"][0]["body"], "not an event <script>");
  EXPECT_EQ(Get("overview")["health"][0]["view"], "letters");
  EXPECT_EQ(Post("redrive", {{"id", ids[1]}})["redriven"], 1);
  EXPECT_EQ(Refusal("POST", "redrive", {{"id", ids[1]}}).code, Code::kNotFound);
  EXPECT_EQ(Post("redrive", {{"all", "true"}})["redriven"], 2);
  EXPECT_EQ(queue.Depth()->visible, 3u);
}

TEST_F(ApiTest, AlertsAreThoseOfThePipeline) {
  RememberingNotifier remembering(notifier, alerts, clock);
  ASSERT_TRUE(remembering.Notify({"orders", "first", "why", "batch_failed"}).ok());
  ASSERT_TRUE(remembering.Notify({"orders", "second", "why", "batch_failed"}).ok());
  ASSERT_TRUE(remembering.Notify({"other", "third", "why", "batch_failed"}).ok());
  EXPECT_EQ(notifier.Alerts().size(), 3u);
  const Json list = Get("alerts")["alerts"];
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(list[0]["subject"], "second");
  EXPECT_EQ(Get("overview")["alerts"]["count"], 2);
}

TEST_F(ApiTest, HistoryHasItsSpans) {
  history.Count("varve_rows_total", {{"pipeline", "orders"}}, 5);
  clock.Advance(kMicrosPerMinute);
  EXPECT_EQ(Get("history")["points"][0]["rows"], 5);
  EXPECT_TRUE(Get("history")["points"][0]["latency_p50_seconds"].is_null());
  EXPECT_EQ(Refusal("GET", "history", {{"span", "1y"}}).code, Code::kInvalidArgument);
}

TEST_F(ApiTest, HostileNamesAreNothingButNames) {
  Drop(kHostile);
  const auto pipeline = MakePipeline();
  RunFor(*pipeline, 2 * config.flush.max_wait_us);
  const Json files = Get("files", {{"prefix", "in/<"}});
  ASSERT_EQ(files["files"].size(), 1u);
  EXPECT_EQ(files["files"][0]["key"], kHostile);
  EXPECT_EQ(Get("file", {{"key", kHostile}})["versions"][0]["state"], "completed");
  // As text it is JSON: quotes and control characters are escaped, and it reads back the same.
  const std::string text = JsonLineOf(files);
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_EQ(text.find('\n'), text.size() - 1);
  EXPECT_EQ(Json::parse(text)["files"][0]["key"], kHostile);
  EXPECT_EQ(Refusal("GET", "file", {{"key", "../../etc/passwd"}}).code, Code::kNotFound);
}

TEST_F(ApiTest, RefusalsNameTheParameter) {
  const std::vector<std::pair<std::string_view, Parameters>> bad = {
      {"files", {{"limit", "0"}}},
      {"files", {{"limit", "501"}}},
      {"files", {{"limit", "ten"}}},
      {"files", {{"status", "gone"}}},
      {"files", {{"quarantined", "yes"}}},
      {"files", {{"nope", "1"}}},
      {"batches", {{"status", "pending"}}},
      {"file", {}},
      {"batch", {}}};
  for (const auto& [name, parameters] : bad) {
    const Error error = Refusal("GET", name, parameters);
    EXPECT_EQ(error.code, Code::kInvalidArgument) << name;
    const std::string parameter = !parameters.empty() ? parameters.begin()->first
                                  : name == "file"    ? "key"
                                                      : "id";
    EXPECT_TRUE(error.message.starts_with(parameter + ":")) << error.message;
  }
  EXPECT_EQ(Refusal("GET", "files", {{"after", "99999"}}).code, Code::kInvalidArgument);
  EXPECT_EQ(Refusal("GET", "files", {{"pipeline", "none"}}).code, Code::kNotFound);
  EXPECT_EQ(Refusal("GET", "retry", {}).code, Code::kNotFound);
  EXPECT_EQ(Refusal("POST", "files", {}).code, Code::kNotFound);
  EXPECT_EQ(Refusal("POST", "retry", {}).code, Code::kInvalidArgument);
  EXPECT_EQ(Refusal("POST", "retry", {{"key", "a"}, {"all", "true"}}).code, Code::kInvalidArgument);
}

TEST_F(ApiTest, OfSeveralPipelinesOneMustBeNamed) {
  PipelineConfig other = config;
  other.name = "other";
  sources.pipelines.push_back({"/in2", "/out2", &other, &deps});
  Drop("in/a.ndjson");
  const auto pipeline = MakePipeline();
  RunFor(*pipeline, kMicrosPerSecond);
  EXPECT_EQ(Refusal("GET", "files", {}).code, Code::kInvalidArgument);
  EXPECT_EQ(Get("files", {{"pipeline", "orders"}})["files"].size(), 1u);
  EXPECT_EQ(Get("files", {{"pipeline", "other"}})["files"].size(), 0u);
}

TEST(ParametersTest, ABodyIsAnObjectOfStringsAndSwitches) {
  const auto good = ParametersOf(R"({"key":"a\u0000b","all":true})");
  ASSERT_TRUE(good.ok());
  EXPECT_EQ(good->at("key"), std::string("a\0b", 3));
  EXPECT_EQ(good->at("all"), "true");
  for (const char* body :
       {"", "[]", "1", "{", R"({"key":1})", R"({"key":{}})", R"({"key":null})"}) {
    EXPECT_FALSE(ParametersOf(body).ok()) << body;
  }
}

}  // namespace
}  // namespace varve::dashboard
