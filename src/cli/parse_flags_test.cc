#include "cli/parse_flags.h"

#include <gtest/gtest.h>

#include "base/clock.h"

namespace varve::cli {
namespace {

TEST(ParseSize, ReadsBytesAndUnits) {
  for (const auto& [text, bytes] :
       std::vector<std::pair<std::string_view, uint64_t>>{{"0", 0},
                                                          {"4096", 4096},
                                                          {"10B", 10},
                                                          {"1KB", 1000},
                                                          {"1KiB", 1024},
                                                          {"512MiB", 512ull << 20},
                                                          {"512mib", 512ull << 20},
                                                          {"2GB", 2'000'000'000},
                                                          {"1.5 GiB", 3ull << 29},
                                                          {"1TiB", 1ull << 40},
                                                          {"18446744073709551615", UINT64_MAX}}) {
    const auto size = ParseSize(text);
    ASSERT_TRUE(size.ok()) << text;
    EXPECT_EQ(*size, bytes) << text;
  }
}

TEST(ParseSize, RefusesWhatIsNoSize) {
  for (const std::string_view text : {"", "x", "-1", "1M", "1 PiB", "1.2.3MiB", ".", "MiB", "1MiBs",
                                      "18446744073709551616", "99999999999TiB"}) {
    const auto size = ParseSize(text);
    ASSERT_FALSE(size.ok()) << text;
    EXPECT_EQ(size.error().code, Code::kInvalidArgument);
    EXPECT_NE(size.error().message.find("\"" + std::string(text) + "\""), std::string::npos);
  }
}

TEST(FormatSize, IsReadBack) {
  EXPECT_EQ(FormatSize(512ull << 20), "512MiB");
  EXPECT_EQ(FormatSize(1ull << 42), "4TiB");
  for (const uint64_t bytes :
       {uint64_t{0}, uint64_t{1}, uint64_t{1023}, uint64_t{1024}, UINT64_MAX}) {
    EXPECT_EQ(*ParseSize(FormatSize(bytes)), bytes);
  }
}

TEST(ParseDuration, ReadsNumbersWithUnits) {
  for (const auto& [text, us] :
       std::vector<std::pair<std::string_view, int64_t>>{{"0", 0},
                                                         {"0s", 0},
                                                         {"250ms", 250'000},
                                                         {"30s", 30'000'000},
                                                         {"1.5s", 1'500'000},
                                                         {"1h30m", 5'400'000'000},
                                                         {"2d", 172'800'000'000}}) {
    const auto duration = ParseDuration(text);
    ASSERT_TRUE(duration.ok()) << text;
    EXPECT_EQ(*duration, us) << text;
  }
}

TEST(ParseDuration, RefusesWhatIsNoDuration) {
  for (const std::string_view text :
       {"", "5", "s", "-1s", "1 s", "5x", "1s5", "1..5s", "nans", "99999999d", "30S"}) {
    const auto duration = ParseDuration(text);
    ASSERT_FALSE(duration.ok()) << text;
    EXPECT_EQ(duration.error().code, Code::kInvalidArgument);
  }
}

TEST(FormatDuration, IsReadBack) {
  EXPECT_EQ(FormatDuration(90 * kMicrosPerSecond), "90s");
  EXPECT_EQ(FormatDuration(2 * kMicrosPerMinute), "2m");
  for (const int64_t us : {int64_t{0}, int64_t{1}, int64_t{1'500'000}, 3 * kMicrosPerDay}) {
    EXPECT_EQ(*ParseDuration(FormatDuration(us)), us);
  }
}

TEST(ParseMaxErrors, ReadsCountsAndPercentages) {
  EXPECT_EQ(ParseMaxErrors("100")->count, 100u);
  EXPECT_EQ(ParseMaxErrors("100")->percent, std::nullopt);
  EXPECT_EQ(ParseMaxErrors("0.5%")->percent, 0.5);
  EXPECT_EQ(ParseMaxErrors("0.5%")->count, std::nullopt);
  for (const std::string_view text : {"", "%", "-1", "101%", "nan%", "1.5", "ten", "5 %"}) {
    EXPECT_FALSE(ParseMaxErrors(text).ok()) << text;
  }
}

TEST(ParsePartition, ReadsEveryForm) {
  EXPECT_EQ(ParsePartition("none")->by, PartitionBy::kNone);
  EXPECT_EQ(ParsePartition("filename-date")->by, PartitionBy::kFilenameDate);
  EXPECT_EQ(ParsePartition("arrival")->by, PartitionBy::kArrival);
  const auto by_value = ParsePartition("column:country");
  ASSERT_TRUE(by_value.ok());
  EXPECT_EQ(by_value->by, PartitionBy::kColumn);
  EXPECT_EQ(by_value->column, "country");
  EXPECT_EQ(by_value->grain, TimeGrain::kNone);
  EXPECT_EQ(ParsePartition("column:ts:day")->grain, TimeGrain::kDay);
  EXPECT_EQ(ParsePartition("column:ts:hour")->grain, TimeGrain::kHour);
  EXPECT_EQ(ParsePartition("column:a:b:month")->column, "a:b");
  for (const std::string_view text :
       {"", "date", "column", "column:", "column::day", "column:ts:week", "column:ts:"}) {
    EXPECT_FALSE(ParsePartition(text).ok()) << text;
  }
}

TEST(ParseCompression, ReadsCodecsAndLevels) {
  EXPECT_EQ(ParseCompression("snappy")->codec, parquet::Codec::kSnappy);
  EXPECT_EQ(ParseCompression("none")->codec, parquet::Codec::kNone);
  EXPECT_EQ(ParseCompression("lz4_raw")->codec, parquet::Codec::kLz4Raw);
  EXPECT_EQ(ParseCompression("gzip")->codec, parquet::Codec::kGzip);
  EXPECT_EQ(ParseCompression("zstd")->level, 0);
  EXPECT_EQ(ParseCompression("zstd:22")->level, 22);
  for (const std::string_view text : {"", "lz4", "SNAPPY", "snappy:1", "zstd:", "zstd:0", "zstd:23",
                                      "gzip:1", "zstd:3x", "zstd:-1"}) {
    EXPECT_FALSE(ParseCompression(text).ok()) << text;
  }
}

TEST(ParseRename, SplitsAtTheLastEquals) {
  EXPECT_EQ(ParseRename("a=b")->first, "a");
  EXPECT_EQ(ParseRename("a=b")->second, "b");
  EXPECT_EQ(ParseRename("x=y=z")->first, "x=y");
  for (const std::string_view text : {"", "a", "a=", "=b"}) EXPECT_FALSE(ParseRename(text).ok());
}

TEST(ParseCast, ReadsColumnAndType) {
  const auto cast = ParseCast("order.total=decimal(20,2)");
  ASSERT_TRUE(cast.ok());
  EXPECT_EQ(cast->first, "order.total");
  EXPECT_EQ(cast->second.kind, TypeKind::kDecimal);
  EXPECT_EQ(cast->second.scale, 2);
  EXPECT_FALSE(ParseCast("a=integer").ok());
}

TEST(CheckBatchName, KeepsToSafeFileNames) {
  EXPECT_TRUE(CheckBatchName("").ok());
  EXPECT_TRUE(CheckBatchName("2025-01-17_batch-0001.a").ok());
  for (const std::string_view text : {"../x", "a/b", ".hidden", "a b", "a\nb", "\xC3\xA9"}) {
    EXPECT_FALSE(CheckBatchName(text).ok()) << text;
  }
  EXPECT_FALSE(CheckBatchName(std::string(65, 'a')).ok());
}

}  // namespace
}  // namespace varve::cli
