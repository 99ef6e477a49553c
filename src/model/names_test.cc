#include "model/names.h"

#include <gtest/gtest.h>

namespace varve {
namespace {

constexpr std::string_view kBatch = "2025-01-17/batch-0001";

TEST(Names, AreThoseDocumented) {
  EXPECT_EQ(ExecutionName("orders", kBatch, 0), "orders/2025-01-17/batch-0001");
  EXPECT_EQ(ExecutionName("orders", kBatch, 2), "orders/2025-01-17/batch-0001/rerun-2");
  EXPECT_EQ(JobName("orders", kBatch, 7, 3), "orders/2025-01-17/batch-0001/job-7-3");
  EXPECT_EQ(OutputName(kBatch, 12, ".snappy.parquet"),
            "part-00012-2025-01-17-batch-0001.snappy.parquet");
  EXPECT_EQ(QuarantineName(kBatch), "2025-01-17-batch-0001.ndjson");
}

TEST(Names, ALeftoverTellsItsBatch) {
  const std::string staged = StagingPrefix(JobName("orders", kBatch, 7, 3)) + "x.parquet";
  EXPECT_EQ(BatchOfStagedKey("orders", staged), kBatch);
  EXPECT_EQ(BatchOfStagedKey("order", staged), std::nullopt);
  EXPECT_EQ(FenceOfStagedKey(staged), 7u);
  EXPECT_EQ(FenceOfStagedKey("_varve/staging/orders/x"), std::nullopt);
  EXPECT_EQ(BatchOfStagedKey("orders", "_varve/staging/orders/2025-01-17/batch-1/job-1-1/x"),
            std::nullopt);
  const std::string wide = "2025-01-17/batch-12345";
  EXPECT_EQ(BatchOfOutputKey("o/year=2025/" + OutputName(wide, 0, ".zstd.parquet")), wide);
  EXPECT_EQ(BatchOfOutputKey("_quarantine/" + QuarantineName(kBatch)), kBatch);
  for (const char* foreign :
       {"part-00000.parquet", "part-0-2025-01-17-batch-0001.parquet", "x/part-00000-c000.parquet",
        "part-00000-2025-02-30-batch-0001.parquet", "part-00000-2025-01-17-batch-0001"}) {
    EXPECT_EQ(BatchOfOutputKey(foreign), std::nullopt) << foreign;
  }
}

}  // namespace
}  // namespace varve
