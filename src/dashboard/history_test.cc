#include "dashboard/history.h"

#include <gtest/gtest.h>

#include "testing/fake_clock.h"
#include "testing/recording_metrics.h"

namespace varve::dashboard {
namespace {

const Labels kShop = {{"pipeline", "shop"}};
const Labels kDone = {{"pipeline", "shop"}, {"state", "completed"}};

class HistoryTest : public testing::Test {
 protected:
  double RowsIn(Span span, std::string_view pipeline = "shop") {
    double rows = 0;
    for (const HistoryPoint& point : history.Points(pipeline, span)) rows += point.rows;
    return rows;
  }

  FakeClock clock;
  RecordingMetrics metrics;
  History history{metrics, clock};
};

TEST_F(HistoryTest, PassesEverythingOn) {
  history.Count("varve_rows_total", kShop, 3);
  history.Set("varve_files_pending", kShop, 7);
  history.Observe("varve_file_latency_seconds", kShop, 0.5);
  EXPECT_EQ(metrics.Value("varve_rows_total", kShop), 3);
  EXPECT_EQ(metrics.Value("varve_files_pending", kShop), 7);
  EXPECT_EQ(metrics.Observed("varve_file_latency_seconds", kShop).size(), 1u);
}

TEST_F(HistoryTest, KeepsWhatTheChartsShowBySlot) {
  history.Count("varve_rows_total", kShop, 100);
  history.Count("varve_quarantined_lines_total", kShop, 2);
  history.Count("varve_bytes_in_total", kShop, 512);
  history.Count("varve_files_total", kDone, 4);
  history.Count("varve_files_total", {{"pipeline", "shop"}, {"state", "failed"}}, 9);
  history.Count("varve_failures_total", {{"pipeline", "shop"}, {"reason", "convert"}}, 1);
  clock.Advance(30 * kMicrosPerSecond);
  history.Count("varve_rows_total", kShop, 50);
  clock.Advance(30 * kMicrosPerSecond);
  const auto points = history.Points("shop", Span::kHour);
  ASSERT_EQ(points.size(), 2u);
  EXPECT_EQ(points[0].rows, 100);
  EXPECT_EQ(points[0].quarantined, 2);
  EXPECT_EQ(points[0].bytes_in, 512);
  EXPECT_EQ(points[0].files, 4);
  EXPECT_EQ(points[0].failures, 1);
  EXPECT_EQ(points[1].rows, 50);
  EXPECT_EQ(points[1].at_us - points[0].at_us, points[0].width_us);
  EXPECT_EQ(history.LastHour("shop").rows, 150);
  EXPECT_EQ(history.LastHour("other").rows, 0);
}

TEST_F(HistoryTest, ForgetsInItsTime) {
  history.Count("varve_rows_total", kShop, 8);
  clock.Advance(16 * kMicrosPerMinute);
  history.Count("varve_rows_total", kShop, 1);
  clock.Advance(kMicrosPerMinute);
  EXPECT_EQ(RowsIn(Span::kQuarter), 1);
  EXPECT_EQ(RowsIn(Span::kHour), 9);
  clock.Advance(kMicrosPerHour);
  EXPECT_EQ(RowsIn(Span::kHour), 0);
  EXPECT_EQ(RowsIn(Span::kDay), 9);
  clock.Advance(kMicrosPerDay);
  EXPECT_EQ(RowsIn(Span::kDay), 0);
}

TEST_F(HistoryTest, ShowsTimesWithoutWorkToo) {
  clock.Advance(15 * kMicrosPerMinute);
  const auto points = history.Points("shop", Span::kQuarter);
  ASSERT_EQ(points.size(), 90u);
  EXPECT_EQ(points[40].rows, 0);
  EXPECT_FALSE(points[40].latency_p50_seconds.has_value());
}

TEST_F(HistoryTest, LatencyQuantilesAreNear) {
  for (int i = 0; i < 98; ++i) history.Observe("varve_file_latency_seconds", kShop, 0.1);
  history.Observe("varve_file_latency_seconds", kShop, 30);
  history.Observe("varve_file_latency_seconds", kShop, 0);
  clock.Advance(kMicrosPerMinute);
  const HistoryPoint hour = history.LastHour("shop");
  EXPECT_NEAR(*hour.latency_p50_seconds, 0.1, 0.02);
  EXPECT_NEAR(*hour.latency_p99_seconds, 0.1, 0.02);
  for (int i = 0; i < 5; ++i) history.Observe("varve_file_latency_seconds", kShop, 1e9);
  EXPECT_GT(*history.LastHour("shop").latency_p99_seconds, 3'600);
}

TEST_F(HistoryTest, SurvivesAClockThatIsSetBack) {
  history.Count("varve_rows_total", kShop, 1);
  clock.Advance(-kMicrosPerDay);
  history.Count("varve_rows_total", kShop, 2);
  clock.Advance(kMicrosPerMinute);
  EXPECT_EQ(history.LastHour("shop").rows, 2);
}

TEST_F(HistoryTest, SpansHaveNames) {
  EXPECT_EQ(ParseSpan("15m"), Span::kQuarter);
  EXPECT_EQ(ParseSpan("1h"), Span::kHour);
  EXPECT_EQ(ParseSpan("24h"), Span::kDay);
  EXPECT_FALSE(ParseSpan("1y").has_value());
}

}  // namespace
}  // namespace varve::dashboard
