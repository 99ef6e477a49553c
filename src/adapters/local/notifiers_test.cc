// The notifiers that reach no other program.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "adapters/local/log_notifier.h"
#include "adapters/local/rate_limited_notifier.h"
#include "testing/fake_clock.h"
#include "testing/recording_notifier.h"

namespace varve {
namespace {

TEST(LogNotifier, WritesOneEvent) {
  FakeClock clock;
  std::vector<std::string> lines;
  JsonLog log(clock, LogLevel::kInfo, [&](std::string_view line) { lines.emplace_back(line); });
  ASSERT_TRUE(LogNotifier(log).Notify({"p", "failed\n", "body", "t"}).ok());
  ASSERT_EQ(lines.size(), 1u);
  const auto line = nlohmann::json::parse(lines[0]);
  EXPECT_EQ(line.at("event"), "alert");
  EXPECT_EQ(line.at("subject"), "failed\n");
}

class RateLimitedNotifierTest : public testing::Test {
 protected:
  Status Notify(const std::string& topic, const std::string& pipeline = "p") {
    return notifier_.Notify({pipeline, "s", "body", topic});
  }

  FakeClock clock_;
  RecordingNotifier inner_;
  RateLimitedNotifier notifier_{inner_, clock_, kMicrosPerMinute};
};

TEST_F(RateLimitedNotifierTest, OneATopicAndInterval) {
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(Notify("a").ok());
  EXPECT_TRUE(Notify("b").ok());
  EXPECT_TRUE(Notify("a", "q").ok());
  EXPECT_EQ(inner_.Alerts().size(), 3u);
  clock_.Advance(kMicrosPerMinute);
  EXPECT_TRUE(Notify("a").ok());
  ASSERT_EQ(inner_.Alerts().size(), 4u);
  EXPECT_EQ(inner_.Alerts()[3].body, "body\n(4 more like it were held back before)");
  clock_.Advance(kMicrosPerMinute);
  EXPECT_TRUE(Notify("a").ok());
  EXPECT_EQ(inner_.Alerts()[4].body, "body");
}

TEST_F(RateLimitedNotifierTest, AnAlertThatWasRefusedIsNotSent) {
  Notify("a").ok();
  clock_.Advance(kMicrosPerMinute - 1);
  EXPECT_TRUE(Notify("a").ok());
  clock_.Advance(1);
  inner_.FailWith(Error{Code::kIo, "down"});
  EXPECT_EQ(Notify("a").error().code, Code::kIo);
  inner_.FailWith(std::nullopt);
  EXPECT_TRUE(Notify("a").ok());
  ASSERT_EQ(inner_.Alerts().size(), 2u);
  EXPECT_EQ(inner_.Alerts()[1].body, "body\n(1 more like it were held back before)");
}

TEST_F(RateLimitedNotifierTest, AClockSetBackSilencesNothing) {
  EXPECT_TRUE(Notify("a").ok());
  clock_.Advance(-kMicrosPerDay);
  EXPECT_TRUE(Notify("a").ok());
  EXPECT_EQ(inner_.Alerts().size(), 2u);
}

}  // namespace
}  // namespace varve
