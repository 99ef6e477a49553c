#include "adapters/aws/cloudwatch/embedded_metrics.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "testing/fake_clock.h"

namespace varve::aws {
namespace {

using nlohmann::json;

class EmbeddedMetricsTest : public testing::Test {
 protected:
  FakeClock clock_;
  std::vector<json> lines_;
  EmbeddedMetrics metrics_{"varve", clock_, [this](std::string_view line) {
                             EXPECT_TRUE(line.ends_with('\n'));
                             lines_.push_back(json::parse(line));
                           }};
};

TEST_F(EmbeddedMetricsTest, OneLineForTheSameLabels) {
  const Labels labels = {{"pipeline", "orders"}};
  metrics_.Count("varve_rows_total", labels, 3);
  metrics_.Count("varve_rows_total", labels, 4);
  metrics_.Set("varve_oldest_pending_age_seconds", labels, 9);
  metrics_.Set("varve_oldest_pending_age_seconds", labels, 5);
  metrics_.Observe("varve_batch_duration_seconds", labels, 1);
  metrics_.Observe("varve_batch_duration_seconds", labels, 2);
  EXPECT_TRUE(lines_.empty());
  metrics_.Flush();
  metrics_.Flush();
  ASSERT_EQ(lines_.size(), 1U);
  const json& line = lines_[0];
  EXPECT_EQ(line["pipeline"], "orders");
  EXPECT_EQ(line["varve_rows_total"], 7);
  EXPECT_EQ(line["varve_oldest_pending_age_seconds"], 5);
  EXPECT_EQ(line["varve_batch_duration_seconds"], json::array({1, 2}));
  const json& about = line["_aws"]["CloudWatchMetrics"][0];
  EXPECT_EQ(about["Namespace"], "varve");
  EXPECT_EQ(about["Dimensions"], json::array({json::array({"pipeline"})}));
  EXPECT_EQ(about["Metrics"].size(), 3U);
  EXPECT_EQ(about["Metrics"][0],
            (json{{"Name", "varve_batch_duration_seconds"}, {"Unit", "Seconds"}}));
  EXPECT_EQ(line["_aws"]["Timestamp"], clock_.NowUs() / 1000);
}

TEST_F(EmbeddedMetricsTest, NoLineHoldsMoreThanAHundredValues) {
  for (int i = 0; i < 250; ++i) metrics_.Observe("x_seconds", {{"a", "1"}}, i);
  metrics_.Flush();
  ASSERT_EQ(lines_.size(), 3U);
  EXPECT_EQ(lines_[0]["x_seconds"].size(), 100U);
  EXPECT_EQ(lines_[2]["x_seconds"].size(), 50U);
}

}  // namespace
}  // namespace varve::aws
