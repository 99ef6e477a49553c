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

TEST(ConvertTest, EachInputIsAccountedForUnderItsName) {
  const TempDir directory;
  ConvertOptions options;
  options.inputs = {directory.Write("0", "{\"a\":1}\n\nbad\n"),
                    directory.Write("1", Gzip("{\"a\":2}\n").substr(0, 20)),
                    directory.Write("2", "{\"a\":3}\n{\"a\":4}\n"), directory.path() + "/3"};
  options.input_names = {"in/2025-01-17.ndjson", "cut.gz", "named/2025-01-18.ndjson", "gone"};
  options.input_dates = {"", "", "2025-01-19", ""};
  options.partition.by = PartitionBy::kFilenameDate;
  options.source_column = true;
  options.batch = "day-batch-0001";
  options.output = directory.path() + "/out";
  const Result<ConvertSummary> summary = Convert(options, nullptr, nullptr);
  ASSERT_TRUE(summary.ok()) << summary.error().message;

  ASSERT_EQ(summary->inputs.size(), 4U);
  const InputOutcome& first = summary->inputs[0];
  EXPECT_EQ((std::vector{first.lines, first.rows, first.quarantined, first.blank}),
            (std::vector<uint64_t>{3, 1, 1, 1}));
  EXPECT_EQ(first.error, "");
  EXPECT_EQ(summary->inputs[1].error_code, "truncated_gzip");
  EXPECT_TRUE(summary->inputs[1].error.starts_with("cut.gz: ")) << summary->inputs[1].error;
  EXPECT_EQ(summary->inputs[1].lines, 0U);
  EXPECT_EQ(summary->inputs[2].rows, 2U);
  EXPECT_EQ(summary->inputs[3].error_code, "not_found");

  const auto contents = Contents(options.output);
  EXPECT_EQ(contents.size(), 3U);
  EXPECT_TRUE(
      contents.contains("year=2025/month=01/day=17/part-00000-day-batch-0001.snappy.parquet"));
  const std::string& named =
      contents.at("year=2025/month=01/day=19/part-00000-day-batch-0001.snappy.parquet");
  EXPECT_NE(named.find("named/2025-01-18.ndjson"), std::string::npos);
  EXPECT_EQ(named.find(directory.path()), std::string::npos);
  const std::string& quarantine = contents.at("_quarantine/day-batch-0001.ndjson");
  EXPECT_TRUE(quarantine.starts_with("{\"file\":\"in/2025-01-17.ndjson\",\"line\":3,"))
      << quarantine;
}

TEST(ConvertTest, AllMayFail) {
  const TempDir directory;
  for (const PartitionBy by : {PartitionBy::kNone, PartitionBy::kColumn}) {
    ConvertOptions options;
    options.inputs = {directory.path() + "/0", directory.Write("1", Gzip("{}\n").substr(0, 12))};
    options.partition.by = by;
    options.partition.column = "a";
    options.output = directory.path() + "/out";
    EXPECT_FALSE(Convert(options, nullptr, nullptr).ok());
    options.all_may_fail = true;
    const Result<ConvertSummary> summary = Convert(options, nullptr, nullptr);
    ASSERT_TRUE(summary.ok()) << summary.error().message;
    EXPECT_EQ(summary->files_failed, 2U);
    EXPECT_EQ(summary->lines, 0U);
    EXPECT_EQ(summary->inputs[0].error_code, "not_found");
    EXPECT_EQ(summary->inputs[1].error_code, "truncated_gzip");
    EXPECT_TRUE(summary->outputs.empty());
  }
}

// Parts that know nothing of each other end with the one schema that all inputs have together.
TEST(ConvertTest, PartsAgreeOnASchema) {
  const TempDir directory;
  ConvertOptions whole = MakeInputs(directory, 6);
  const Result<InferSummary> expected = InferSchema(whole, nullptr, nullptr);
  ASSERT_TRUE(expected.ok()) << expected.error().message;

  std::vector<ConvertOptions> parts;
  ObservedNode observed;
  for (size_t i = 0; i < whole.inputs.size(); i += 4) {
    ConvertOptions part = whole;
    part.inputs = {whole.inputs.begin() + static_cast<long>(i),
                   whole.inputs.begin() + static_cast<long>(i) + 4};
    part.one_pass = true;
    part.output = directory.path() + "/first" + std::to_string(i);
    const Result<ConvertSummary> summary = Convert(part, nullptr, nullptr);
    ASSERT_TRUE(summary.ok()) << summary.error().message;
    EXPECT_EQ(summary->passes, 1);
    if (summary->contradicted) {
      EXPECT_TRUE(Contents(part.output).empty());
    }
    EXPECT_EQ(summary->contradicted, summary->outputs.empty());
    observed.Merge(summary->observed);
    part.output = directory.path() + "/second" + std::to_string(i);
    parts.push_back(std::move(part));
  }
  const Result<Schema> agreed = SchemaOf(whole, observed);
  ASSERT_TRUE(agreed.ok()) << agreed.error().message;
  EXPECT_TRUE(*agreed == expected->schema);
  for (ConvertOptions& part : parts) {
    part.observed = observed;
    const Result<ConvertSummary> summary = Convert(part, nullptr, nullptr);
    ASSERT_TRUE(summary.ok()) << summary.error().message;
    EXPECT_EQ(summary->passes, 1);
    EXPECT_FALSE(summary->contradicted);
    EXPECT_TRUE(summary->schema == *agreed);
    EXPECT_EQ(Contents(part.output).size(), summary->outputs.size() + summary->quarantine.size());
  }
}

TEST(ConvertTest, AgreedSchemaHasNoAddedColumns) {
  ConvertOptions options;
  options.source_column = true;
  options.mode = SchemaMode::kRescue;
  Field field;
  field.name = field.source_name = "a";
  field.kind = TypeKind::kInt64;
  options.schema = Schema{{field}};
  const Result<Schema> agreed = SchemaOf(options, ObservedNode());
  ASSERT_TRUE(agreed.ok()) << agreed.error().message;
  EXPECT_TRUE(*agreed == *options.schema);
}

// Of a range lines are counted from its first, offsets from the file's start; the footer says so.
TEST(ConvertTest, RangeOfAFile) {
  const TempDir directory;
  ConvertOptions options;
  options.inputs = {directory.Write("0", "{\"a\":1}\n{\"a\":2}\nbad\n{\"a\":3}\n{\"a\":4}\n")};
  options.input_ranges = {{1, 21}};
  options.output = directory.path() + "/out";
  const Result<ConvertSummary> summary = Convert(options, nullptr, nullptr);
  ASSERT_TRUE(summary.ok()) << summary.error().message;
  EXPECT_EQ(summary->lines, 3U);
  EXPECT_EQ(summary->rows, 2U);
  ASSERT_EQ(summary->errors.size(), 1U);
  EXPECT_EQ(summary->errors[0].line, 2U);
  EXPECT_EQ(summary->errors[0].offset, 16U);
  const auto contents = Contents(options.output);
  EXPECT_NE(contents.at("part-00000.snappy.parquet")
                .find("\"first_byte\":1,\"first_line\":1,\"last_line\":3"),
            std::string::npos);
}

TEST(ConvertTest, NamesAndDatesMustFitTheInputs) {
  const TempDir directory;
  ConvertOptions options;
  options.inputs = {directory.Write("0", "{}\n")};
  options.output = directory.path() + "/out";
  options.input_names = {"a", "b"};
  EXPECT_EQ(Convert(options, nullptr, nullptr).error().code, Code::kInvalidArgument);
  options.input_names.clear();
  options.input_dates = {"2025-02-30"};
  EXPECT_EQ(Convert(options, nullptr, nullptr).error().code, Code::kInvalidArgument);
  options.input_dates.clear();
  options.input_ranges = {{0, 1}, {1, 2}};
  EXPECT_EQ(Convert(options, nullptr, nullptr).error().code, Code::kInvalidArgument);
}

}  // namespace
}  // namespace varve
