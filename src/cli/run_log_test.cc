#include "cli/run_log.h"

#include <gtest/gtest.h>

namespace varve::cli {
namespace {

TEST(TextLogLineTest, QuotesAndEscapes) {
  EXPECT_EQ(TextLogLine(1'737'106'200'123'456, LogLevel::kInfo, "batch_completed",
                        {{"batch", "2025-01-17/batch-0001"},
                         {"rows", 10},
                         {"key", "a b.ndjson"},
                         {"odd", "x\ny\x1b\"z"},
                         {"none", ""}}),
            "2025-01-17T09:30:00.123Z info batch_completed batch=2025-01-17/batch-0001 rows=10 "
            "key=\"a b.ndjson\" odd=\"x\\ny\\x1b\\\"z\" none=\"\"\n");
}

}  // namespace
}  // namespace varve::cli
