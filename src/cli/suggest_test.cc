#include "cli/suggest.h"

#include <gtest/gtest.h>

namespace varve::cli {
namespace {

TEST(Suggest, FindsTheNearestOrNothing) {
  const std::vector<std::string> flags = {"compression", "config", "columns", "json", "cast"};
  EXPECT_EQ(Suggest("compresion", flags), "compression");
  EXPECT_EQ(Suggest("comp", flags), "compression");
  EXPECT_EQ(Suggest("jsno", flags), "json");
  EXPECT_EQ(Suggest("cats", flags), "cast");
  EXPECT_EQ(Suggest("verbose", flags), "");
  EXPECT_EQ(Suggest("x", flags), "");
  EXPECT_EQ(Suggest("", flags), "");
  EXPECT_EQ(Suggest(std::string(100'000, 'c'), flags), "");
}

}  // namespace
}  // namespace varve::cli
