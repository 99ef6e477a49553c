#include "adapters/local/prometheus_metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

namespace varve {
namespace {

using testing::HasSubstr;
using testing::Not;
using Help = std::map<std::string, std::string>;

TEST(PrometheusMetrics, ShowsTheTextFormat) {
  PrometheusMetrics metrics(Help{{"varve_rows_total", "Rows written."}});
  metrics.Count("varve_rows_total", {{"pipeline", "p"}}, 3);
  metrics.Count("varve_rows_total", {{"pipeline", "p"}}, 4);
  metrics.Set("varve_backlog_files", {{"pipeline", "a\"b\n"}}, 5);
  metrics.Set("varve_backlog_files", {{"pipeline", "a\"b\n"}}, 2);
  const std::string text = metrics.Text();
  EXPECT_THAT(text, HasSubstr("# HELP varve_rows_total Rows written.\n"));
  EXPECT_THAT(text, HasSubstr("# TYPE varve_rows_total counter\n"));
  EXPECT_THAT(text, HasSubstr("varve_rows_total{pipeline=\"p\"} 7\n"));
  EXPECT_THAT(text, HasSubstr("# TYPE varve_backlog_files gauge\n"));
  EXPECT_THAT(text, HasSubstr("varve_backlog_files{pipeline=\"a\\\"b\\n\"} 2\n"));
}

TEST(PrometheusMetrics, HistogramsHaveBucketsByUnit) {
  PrometheusMetrics metrics(Help{});
  metrics.Observe("varve_batch_duration_seconds", {}, 0.3);
  metrics.Observe("varve_file_size_bytes", {}, 5000);
  const std::string text = metrics.Text();
  EXPECT_THAT(text, HasSubstr("varve_batch_duration_seconds_bucket{le=\"0.25\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("varve_batch_duration_seconds_bucket{le=\"0.5\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("varve_batch_duration_seconds_count 1\n"));
  EXPECT_THAT(text, HasSubstr("varve_file_size_bytes_bucket{le=\"4096\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("varve_file_size_bytes_bucket{le=\"16384\"} 1\n"));
}

TEST(PrometheusMetrics, MistakesNeitherThrowNorShow) {
  PrometheusMetrics metrics(Help{});
  metrics.Count("varve_things_total", {}, 1);
  metrics.Set("varve_things_total", {}, 9);
  metrics.Count("not a name", {}, 1);
  metrics.Count("varve_other_total", {{"bad label", "x"}}, 1);
  metrics.Count("varve_things_total", {}, -5);
  EXPECT_THAT(metrics.Text(), HasSubstr("varve_things_total 1\n"));
  EXPECT_THAT(metrics.Text(), Not(HasSubstr("not a name")));
}

}  // namespace
}  // namespace varve
