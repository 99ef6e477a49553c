#include "cli/progress_bar.h"

#include <gtest/gtest.h>

#include "cli/terminal_text.h"

namespace varve::cli {
namespace {

ProgressView HalfWay() {
  return {.bytes_total = 200 << 20,
          .bytes_done = 100 << 20,
          .rows_done = 1'234'567,
          .pass = 1,
          .pass_seconds = 0.5};
}

TEST(FormatProgressBar, ShowsEverythingWhenThereIsRoom) {
  EXPECT_EQ(FormatProgressBar(HalfWay(), 200, false),
            " 50%  [============            ]  100.0 MiB of 200.0 MiB  210 MB/s  ETA 500 ms  "
            "1,234,567 rows");
}

TEST(FormatProgressBar, FitsEveryWidth) {
  for (size_t columns = 0; columns < 120; ++columns) {
    const std::string line = FormatProgressBar(HalfWay(), columns, false);
    EXPECT_LE(DisplayWidth(line), columns);
    if (columns >= 4) {
      EXPECT_TRUE(line.starts_with(" 50%")) << columns;
    }
  }
}

TEST(FormatProgressBar, ColoursOnlyWhenAsked) {
  EXPECT_EQ(FormatProgressBar(HalfWay(), 200, false).find('\x1b'), std::string::npos);
  EXPECT_NE(FormatProgressBar(HalfWay(), 200, true).find("\x1b[32m"), std::string::npos);
}

TEST(FormatProgressBar, SaysWhatIsKnownOfStdin) {
  ProgressView view = HalfWay();
  view.bytes_total = 0;
  EXPECT_EQ(FormatProgressBar(view, 200, false), "100.0 MiB  210 MB/s  1,234,567 rows");
  view.pass = 2;
  EXPECT_TRUE(FormatProgressBar(view, 200, false).starts_with("pass 2  "));
}

TEST(FormatProgressBar, SurvivesTheFirstMoment) {
  EXPECT_EQ(FormatProgressBar({}, 200, false), "0 B  0 MB/s  0 rows");
}

TEST(FormatProgressJson, IsOneObject) {
  EXPECT_EQ(FormatProgressJson(HalfWay()),
            R"({"bytes_done":104857600,"bytes_total":209715200,"rows":1234567,"pass":1,)"
            R"("seconds":0.500})");
}

}  // namespace
}  // namespace varve::cli
