#include <gtest/gtest.h>

#include "testing/recording_metrics.h"
#include "testing/recording_notifier.h"

namespace varve {
namespace {

TEST(RecordingMetrics, RemembersByNameAndLabelsInAnyOrder) {
  RecordingMetrics metrics;
  metrics.Count("files_total", {{"pipeline", "p"}, {"state", "failed"}}, 1);
  metrics.Count("files_total", {{"state", "failed"}, {"pipeline", "p"}}, 2);
  metrics.Count("files_total", {{"pipeline", "q"}}, 4);
  metrics.Set("backlog_files", {}, 5);
  metrics.Set("backlog_files", {}, 3);
  metrics.Observe("batch_seconds", {}, 0.5);
  metrics.Observe("batch_seconds", {}, 1.5);
  EXPECT_EQ(metrics.Value("files_total", {{"state", "failed"}, {"pipeline", "p"}}), 3);
  EXPECT_EQ(metrics.Sum("files_total"), 7);
  EXPECT_EQ(metrics.Value("backlog_files"), 3);
  EXPECT_EQ(metrics.Value("unknown"), 0);
  EXPECT_EQ(metrics.Observed("batch_seconds"), (std::vector<double>{0.5, 1.5}));
}

TEST(RecordingNotifier, RemembersAndFails) {
  RecordingNotifier notifier;
  EXPECT_TRUE(notifier.Notify({"p", "one", "", "t"}).ok());
  notifier.FailWith(Error{Code::kIo, "down"});
  EXPECT_FALSE(notifier.Notify({"p", "two", "", "t"}).ok());
  notifier.FailWith(std::nullopt);
  EXPECT_TRUE(notifier.Notify({"p", "three", "", "t"}).ok());
  ASSERT_EQ(notifier.Alerts().size(), 2u);
  EXPECT_EQ(notifier.Alerts()[1].subject, "three");
}

}  // namespace
}  // namespace varve
