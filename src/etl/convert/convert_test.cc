// The driver as a whole: what it writes must not depend on the threads, and must add up.
#include "etl/convert/convert.h"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <map>

#include "etl/parquet/footer_reader.h"
#include "etl/parquet/page_check.h"
#include "etl/parse/testing/random_lines.h"
#include "etl/source/source_test_util.h"

namespace varve {
namespace {

namespace fs = std::filesystem;

// Two files for each of six days: widening types, late keys, bad lines, some of them compressed.
ConvertOptions MakeInputs(const TempDir& directory, uint64_t seed) {
  ConvertOptions options;
  for (uint64_t i = 0; i < 12; ++i) {
    RandomLines random(seed, {.shuffled_keys = true, .type_changes = true, .new_keys = true});
    std::vector<std::string> lines = random.Lines(200 + i * 50);
    for (uint64_t bad = 0; bad < i; ++bad) lines.push_back(random.BadLine());
    std::string name = "2025-01-1" + std::to_string(i / 2) + "-file" + std::to_string(i % 2);
    const std::string text = JoinLines(lines);
    options.inputs.push_back(i % 3 == 0 ? directory.Write(name + ".ndjson.gz", Gzip(text))
                                        : directory.Write(name + ".ndjson", text));
  }
  options.partition.by = PartitionBy::kFilenameDate;
  options.row_group_rows = 300;
  return options;
}

std::map<std::string, std::string> Contents(const std::string& directory) {
  std::map<std::string, std::string> contents;
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    contents[fs::relative(entry.path(), directory).string()] =
        std::string(std::istreambuf_iterator<char>(file), {});
  }
  return contents;
}

TEST(ConvertTest, SameBytesWhateverTheThreads) {
  for (const uint64_t seed : {1, 2, 3}) {
    const TempDir directory;
    ConvertOptions options = MakeInputs(directory, seed);
    std::map<std::string, std::string> expected;
    for (const int threads : {1, 4}) {
      options.threads = threads;
      options.output = directory.path() + "/out" + std::to_string(threads);
      Progress progress;
      const Result<ConvertSummary> summary = Convert(options, &progress, nullptr);
      ASSERT_TRUE(summary.ok()) << summary.error().message;
      EXPECT_EQ(summary->files, 12U);
      EXPECT_EQ(summary->quarantined, 66U);
      EXPECT_EQ(summary->lines, summary->rows + summary->quarantined + summary->blank);
      uint64_t rows = 0;
      for (const OutputFile& output : summary->outputs) {
        const auto file = parquet::FooterReader::Open(output.path);
        ASSERT_TRUE(file.ok());
        EXPECT_TRUE(parquet::CheckFile(*file).ok());
        rows += output.rows;
      }
      EXPECT_EQ(rows, summary->rows);
      const auto contents = Contents(options.output);
      if (threads == 1) expected = contents;
      EXPECT_EQ(contents.size(), 7U);  // six days and the quarantine
      EXPECT_TRUE(contents == expected) << "seed " << seed;
    }
  }
}

TEST(ConvertTest, InferredSchemaIsTheOneWritten) {
  const TempDir directory;
  ConvertOptions options = MakeInputs(directory, 4);
  options.threads = 3;
  const Result<InferSummary> inferred = InferSchema(options, nullptr, nullptr);
  ASSERT_TRUE(inferred.ok()) << inferred.error().message;
  options.output = directory.path() + "/out";
  const Result<ConvertSummary> written = Convert(options, nullptr, nullptr);
  ASSERT_TRUE(written.ok()) << written.error().message;
  EXPECT_TRUE(inferred->schema == written->schema);
  EXPECT_EQ(inferred->lines, written->lines);
  EXPECT_EQ(inferred->quarantined, written->quarantined);
}

TEST(ConvertTest, CancelLeavesNothing) {
  const TempDir directory;
  ConvertOptions options = MakeInputs(directory, 5);
  options.threads = 4;
  options.output = directory.path() + "/out";
  const std::atomic<bool> cancel = true;
  const Result<ConvertSummary> summary = Convert(options, nullptr, &cancel);
  ASSERT_FALSE(summary.ok());
  EXPECT_EQ(summary.error().code, Code::kCancelled);
  EXPECT_FALSE(fs::exists(options.output));
}

}  // namespace
}  // namespace varve
