#include "base/log.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace varve {
namespace {

class FixedClock : public Clock {
 public:
  int64_t NowUs() const override { return 1'737'106'200'123'456; }
};

TEST(LogLine, IsOneJsonObjectWithTypedFields) {
  EXPECT_EQ(LogLine(0, LogLevel::kWarning, "batch_failed",
                    {{"batch", "2025-01-17/batch-0001"}, {"files", 10}, {"fence", uint64_t{3}}}),
            R"({"time":"1970-01-01T00:00:00.000000Z","level":"warning","event":"batch_failed",)"
            R"("batch":"2025-01-17/batch-0001","files":10,"fence":3})");
}

TEST(LogLine, UntrustedKeysCannotBreakIt) {
  const std::string key("a\"b\\c\n\r\x1b[31m\x7f\0d\xff\xf0\x9f\x98\x80", 20);
  EXPECT_EQ(
      LogLine(0, LogLevel::kInfo, "e", {{"key", std::string_view(key)}}),
      "{\"time\":\"1970-01-01T00:00:00.000000Z\",\"level\":\"info\",\"event\":\"e\","
      "\"key\":\"a\\\"b\\\\c\\n\\u000d\\u001b[31m\\u007f\\u0000d\xEF\xBF\xBD\xf0\x9f\x98\x80\"}");
}

TEST(JsonLog, GivesLinesOfTheLevelAskedFor) {
  const FixedClock clock;
  std::vector<std::string> lines;
  JsonLog log(clock, LogLevel::kWarning, [&](std::string_view line) { lines.emplace_back(line); });
  log.Write(LogLevel::kInfo, "unheard", {});
  log.Write(LogLevel::kError, "heard", {});
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0],
            "{\"time\":\"2025-01-17T09:30:00.123456Z\",\"level\":\"error\",\"event\":\"heard\"}\n");
}

}  // namespace
}  // namespace varve
