#include "pipeline/metric_catalog.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "testing/recording_metrics.h"

namespace varve {
namespace {

TEST(MetricCatalog, NamesAreUniqueAndEndInTheirUnit) {
  std::set<std::string_view> names;
  for (const MetricInfo& metric : MetricCatalog()) {
    EXPECT_TRUE(names.insert(metric.name).second) << metric.name;
    EXPECT_EQ(metric.name.ends_with("_total"), metric.type == MetricType::kCounter) << metric.name;
    EXPECT_TRUE(metric.type != MetricType::kHistogram || metric.name.ends_with("_seconds") ||
                metric.name.ends_with("_bytes"))
        << metric.name;
    EXPECT_FALSE(metric.labels.empty()) << metric.name;
    EXPECT_FALSE(metric.help.empty()) << metric.name;
  }
}

TEST(MetricCatalog, HelpIsPlainText) {
  const auto help = MetricHelp();
  EXPECT_EQ(help.size(), MetricCatalog().size());
  EXPECT_EQ(help.at("varve_files_total"), "files that became completed, or failed for good");
}

TEST(MetricCatalog, CountsFailuresByReason) {
  RecordingMetrics metrics;
  CountFailure(metrics, "p", "batch", 2);
  EXPECT_EQ(metrics.Value(metric::kFailures, {{"pipeline", "p"}, {"reason", "batch"}}), 2);
  EXPECT_THAT(FailureReasons(), testing::Contains("batch"));
}

}  // namespace
}  // namespace varve
