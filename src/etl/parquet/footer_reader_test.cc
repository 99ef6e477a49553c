#include "etl/parquet/footer_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

#include "etl/parquet/page_check.h"
#include "etl/parquet/testing/sample.h"

namespace varve::parquet {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

std::string ReadAll(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

Status OpenAndCheck(const fs::path& path) {
  VARVE_ASSIGN_OR_RETURN(const FooterReader file, FooterReader::Open(path.string()));
  return CheckFile(file);
}

class FooterReaderTest : public testing::Test {
 protected:
  void SetUp() override {
    path_ =
        fs::path(testing::TempDir()) /
        (std::string(testing::UnitTest::GetInstance()->current_test_info()->name()) + ".parquet");
  }
  void TearDown() override { fs::remove(path_); }

  Status Check(const std::string& bytes) const {
    std::ofstream(path_, std::ios::binary | std::ios::trunc) << bytes;
    return OpenAndCheck(path_);
  }
  std::string Sample() const {
    SampleOptions options;
    options.page_rows = 600;
    EXPECT_TRUE(WriteSampleFile(path_.string(), options).ok());
    return ReadAll(path_);
  }

  fs::path path_;
};

TEST_F(FooterReaderTest, SaysWhatIsWrongAndWhere) {
  const std::string good = Sample();
  const std::string tail = good.substr(good.size() - 8);
  for (const auto& [bytes, reason] : {std::pair<std::string, std::string>("", "too small"),
                                      {"PAR1PAR1", "too small"},
                                      {"not a Parquet file at all", "no PAR1"},
                                      {"PAR1" + tail, "footer of"},
                                      {good.substr(0, good.size() - 4) + "PARE", "encrypted"},
                                      {"PAR1" + std::string("\0\0\0\0", 4) + "PAR1", "at offset 4"},
                                      {good.substr(0, good.size() - 1), "no PAR1"}}) {
    const Status status = Check(bytes);
    ASSERT_FALSE(status.ok()) << reason;
    EXPECT_THAT(status.error().message, HasSubstr(path_.string()));
    EXPECT_THAT(status.error().message, HasSubstr(reason));
  }
  const auto missing = FooterReader::Open(path_.string() + "-not");
  EXPECT_EQ(missing.error().code, Code::kNotFound);
}

TEST_F(FooterReaderTest, EveryDamagedPageByteIsNoticed) {
  const std::string good = Sample();
  const FooterReader file = FooterReader::Open(path_.string()).value();
  const auto pages = file.ReadPageHeaders(0, 6).value();
  const uint64_t body = pages[0].body_offset();
  for (uint64_t at = body; at < body + 50; ++at) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 0x10);
    const Status status = Check(bad);
    ASSERT_FALSE(status.ok()) << at;
    EXPECT_THAT(status.error().message, HasSubstr("checksum differs"));
    EXPECT_THAT(status.error().message, HasSubstr("offset " + std::to_string(pages[0].offset)));
  }
}

// Whatever the damage, an answer and no crash (the sanitizer builds give this its teeth).
TEST_F(FooterReaderTest, SurvivesRandomDamage) {
  const std::string good = Sample();
  uint32_t footer_bytes;
  std::memcpy(&footer_bytes, good.data() + good.size() - 8, sizeof(footer_bytes));
  const size_t footer = good.size() - 8 - footer_bytes;
  std::mt19937 random(42);
  size_t refused = 0;
  for (int round = 0; round < 400; ++round) {
    std::string bad = good;
    const size_t from = round % 3 == 0 ? 4 : footer;
    for (uint32_t edits = 1 + random() % 4; edits > 0; --edits) {
      const size_t at = from + random() % (bad.size() - 8 - from);
      bad[at] = static_cast<char>(random());
    }
    refused += !Check(bad).ok();
  }
  EXPECT_GT(refused, 200U);
}

// Optional data: parquet-bad_data.tar.gz (bad_data of apache/parquet-testing) in the folder of real
// input, beside the project or where VARVE_CORPORA says.
TEST_F(FooterReaderTest, RefusesTheFormatsOwnBadFiles) {
  const char* corpora = std::getenv("VARVE_CORPORA");
  const fs::path archive =
      fs::path(corpora != nullptr ? corpora : VARVE_CORPORA_DEFAULT) / "parquet-bad_data.tar.gz";
  if (!fs::exists(archive)) GTEST_SKIP() << "no " << archive;
  const fs::path folder = path_.string() + "-bad";
  fs::create_directories(folder);
  const std::string unpack =
      "tar -xzf '" + archive.string() + "' --strip-components=1 -C '" + folder.string() + "'";
  ASSERT_EQ(std::system(unpack.c_str()), 0);
  // Found in the footer, in the page headers, or only inside the pages.
  const std::pair<std::string, std::string> cases[] = {
      {"PARQUET-1481", "schema element of unknown physical type"},
      {"ARROW-RS-GH-6229-DICTHEADER", "pages lie outside the file"},
      {"ARROW-RS-GH-6229-LEVELS", "pages hold 21 values, the footer says 1"},
      {"ARROW-GH-41317", "pages hold 0 values, the footer says 3"},
      {"ARROW-GH-41321", "input ends in a run header"},
      {"ARROW-GH-45185", "the first value does not begin a row"},
      {"ARROW-GH-47662", "364 bytes for 100 values"},
  };
  for (const auto& [name, reason] : cases) {
    const Status status = OpenAndCheck(folder / (name + ".parquet"));
    ASSERT_FALSE(status.ok()) << name;
    EXPECT_EQ(status.error().code, Code::kCorrupt);
    EXPECT_THAT(status.error().message, HasSubstr(reason));
  }
  // Indices of no bits into a dictionary of one value: readers crashed on it, but it is valid.
  EXPECT_TRUE(OpenAndCheck(folder / "ARROW-GH-43605.parquet").ok());
  fs::remove_all(folder);
}

}  // namespace
}  // namespace varve::parquet
