#include "model/partition_date.h"

#include <gtest/gtest.h>

namespace varve {
namespace {

TEST(DateInKey, FindsEachSpelling) {
  for (const char* key :
       {"2025-01-17-file001.ndjson", "logs/2025_01_17.json", "app.20250117.ndjson.gz",
        "raw/2025/01/17/part.ndjson", "raw/year=2025/month=01/day=17/x.ndjson",
        "2024-12-31/2025-01-17T09.ndjson", "x-2025-01-17"}) {
    EXPECT_EQ(DateInKey(key), "2025-01-17") << key;
  }
}

TEST(DateInKey, IsNotFooledByOtherDigits) {
  for (const char* key :
       {"", "file001.ndjson", "2025-13-01.ndjson", "2025-02-30.ndjson", "120250117.ndjson",
        "202501171230.ndjson", "2025-01-1.ndjson", "2025-01_17.ndjson", "9999999999"}) {
    EXPECT_EQ(DateInKey(key), std::nullopt) << key;
  }
}

TEST(CompressionOfKey, GoesByTheEnding) {
  EXPECT_EQ(CompressionOfKey("a.ndjson.gz"), "gzip");
  EXPECT_EQ(CompressionOfKey("a.ndjson.zst"), "zstd");
  EXPECT_EQ(CompressionOfKey("a.gz.ndjson"), "none");
}

}  // namespace
}  // namespace varve
