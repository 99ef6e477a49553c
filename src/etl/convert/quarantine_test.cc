#include "etl/convert/quarantine.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "etl/source/source_test_util.h"

namespace varve {
namespace {

BadLine Bad(std::string raw, ParseCode code) {
  BadLine bad;
  bad.code = code;
  bad.error_offset = 42;
  bad.raw_bytes = raw.size();
  bad.raw = std::move(raw);
  return bad;
}

std::vector<nlohmann::json> Records(const std::string& path) {
  std::vector<nlohmann::json> records;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) records.push_back(nlohmann::json::parse(line));
  return records;
}

TEST(QuarantineTest, OneRecordALine) {
  const TempDir directory;
  const std::string path = directory.path() + "/sub/q.ndjson";
  QuarantineWriter writer(path, 10);
  EXPECT_TRUE(writer.empty());
  EXPECT_FALSE(std::filesystem::exists(directory.path() + "/sub"));
  const BadLine text = Bad("{\"a\":\xC3\xA9", ParseCode::kTruncated);
  const BadLine bytes = Bad("{\xFF\x01}", ParseCode::kInvalidUtf8);
  const BadLine longer = Bad("12345678901", ParseCode::kNotAnObject);
  for (const BadLine* bad : {&text, &bytes, &longer}) {
    ASSERT_TRUE(writer.Add(DescribeBadLine(*bad, "in/\"x\".ndjson", 7), *bad).ok());
  }
  ASSERT_TRUE(writer.Close().ok());
  EXPECT_FALSE(std::filesystem::exists(path));
  ASSERT_TRUE(writer.Publish().ok());
  const auto records = Records(path);
  ASSERT_EQ(records.size(), 3U);
  EXPECT_EQ(records[0]["file"], "in/\"x\".ndjson");
  EXPECT_EQ(records[0]["line"], 7);
  EXPECT_EQ(records[0]["offset"], 42);
  EXPECT_EQ(records[0]["code"], "truncated");
  EXPECT_FALSE(records[0]["message"].get<std::string>().empty());
  EXPECT_EQ(records[0]["raw"], text.raw);
  EXPECT_EQ(records[1]["raw_base64"], "e/8BfQ==");
  EXPECT_FALSE(records[1].contains("raw"));
  EXPECT_FALSE(records[2].contains("raw"));
  EXPECT_FALSE(records[2].contains("raw_base64"));
}

TEST(QuarantineTest, Base64OfEveryLengthModuloThree) {
  const TempDir directory;
  const std::string path = directory.path() + "/q.ndjson";
  QuarantineWriter writer(path, 100);
  for (const char* raw : {"\xFF", "\xFF\xFE", "\xFF\xFE\xFD", "\xFF\xFE\xFD\xFC"}) {
    const BadLine bad = Bad(raw, ParseCode::kInvalidUtf8);
    ASSERT_TRUE(writer.Add(DescribeBadLine(bad, "f", 1), bad).ok());
  }
  ASSERT_TRUE(writer.Close().ok());
  ASSERT_TRUE(writer.Publish().ok());
  const auto records = Records(path);
  ASSERT_EQ(records.size(), 4U);
  EXPECT_EQ(records[0]["raw_base64"], "/w==");
  EXPECT_EQ(records[1]["raw_base64"], "//4=");
  EXPECT_EQ(records[2]["raw_base64"], "//79");
  EXPECT_EQ(records[3]["raw_base64"], "//79/A==");
}

TEST(QuarantineTest, NothingIsLeftUnlessPublished) {
  const TempDir directory;
  {
    QuarantineWriter writer(directory.path() + "/q.ndjson", 100);
    const BadLine bad = Bad("x", ParseCode::kNotAnObject);
    ASSERT_TRUE(writer.Add(DescribeBadLine(bad, "f", 1), bad).ok());
    ASSERT_TRUE(writer.Close().ok());
  }
  EXPECT_TRUE(std::filesystem::is_empty(directory.path()));
}

}  // namespace
}  // namespace varve
