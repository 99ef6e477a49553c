#include "operate/cost.h"

#include <gtest/gtest.h>

namespace varve {
namespace {

EngineCost CostOn(const std::string& engine, const Workload& work,
                  const AwsPrices& prices = AwsPrices()) {
  for (EngineCost& cost : EstimateCosts(work, CostAssumptions(), prices)) {
    if (cost.engine == engine) return std::move(cost);
  }
  ADD_FAILURE() << "no " << engine;
  return {};
}

TEST(CostTest, BatchesAreAsThePipelineMakesThem) {
  FlushConfig flush;
  flush.min_files = 10;
  flush.max_bytes = 1000;
  EXPECT_EQ(WorkloadOf(flush, 0, 0).batches, 0u);
  EXPECT_EQ(WorkloadOf(flush, 25, 100).batches, 3u);
  EXPECT_EQ(WorkloadOf(flush, 25, 9001).batches, 10u);
  EXPECT_EQ(WorkloadOf(flush, 2, 9001).batches, 2u);  // a file is in one
}

// The table of docs/aws/costs.md: a million files of 1 MB in batches of ten.
TEST(CostTest, MillionFilesCostWhatTheDocumentSays) {
  const Workload work = {1'000'000, 1'000'000'000'000, 100'000};
  const EngineCost lambda = CostOn("lambda", work);
  EXPECT_NEAR(lambda.engine_dollars, 5.1, 0.1);
  EXPECT_NEAR(lambda.around_dollars, 44.8, 0.1);
  EXPECT_NEAR(CostOn("glue", work).engine_dollars, 1467, 1);
  EXPECT_NEAR(CostOn("ec2", work).dollars(), 4.28, 0.01);
}

TEST(CostTest, LeastIsBilled) {
  const Workload work = {1, 1000, 1};
  EXPECT_NEAR(CostOn("glue", work).engine_dollars, 2 * 0.44 / 60, 1e-4);
  EXPECT_DOUBLE_EQ(CostOn("ec2", work).seconds, 60);
  EXPECT_DOUBLE_EQ(CostOn("ec2", {0, 0, 0}).dollars(), 0);
}

TEST(CostTest, PricesCanBeOthers) {
  const auto prices = ReadPrices(R"({"region": "eu-west-1", "glue_dpu_hour": 0.88})");
  ASSERT_TRUE(prices.ok()) << prices.error().message;
  const Workload work = {1, 1000, 1};
  EXPECT_NEAR(CostOn("glue", work, *prices).engine_dollars, 4 * 0.44 / 60, 1e-4);
  EXPECT_EQ(CostOn("lambda", work, *prices).engine_dollars, CostOn("lambda", work).engine_dollars);
  EXPECT_EQ(PricesJson(*prices)["region"], "eu-west-1");
}

TEST(CostTest, WrongPricesAreNamed) {
  for (const char* text : {"[]", "{", R"({"glue": 1})", R"({"glue_dpu_hour": -1})",
                           R"({"glue_dpu_hour": "1"})", R"({"region": 1})"}) {
    const auto prices = ReadPrices(text);
    ASSERT_FALSE(prices.ok()) << text;
    EXPECT_EQ(prices.error().code, Code::kInvalidArgument);
    EXPECT_NE(prices.error().message.find("glue_dpu_hour"), std::string::npos);
  }
}

}  // namespace
}  // namespace varve
