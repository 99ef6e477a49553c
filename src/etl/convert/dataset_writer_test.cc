#include "etl/convert/dataset_writer.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "etl/convert/assemble.h"
#include "etl/parquet/footer_reader.h"
#include "etl/parquet/page_check.h"
#include "etl/source/source_test_util.h"

namespace varve {
namespace {

namespace fs = std::filesystem;

Schema OneColumn() { return Schema{{{"a", "a", TypeKind::kInt64, 0, 0, {}}}}; }

// A row group of `rows` nulls.
parquet::EncodedRowGroup Nulls(uint32_t rows) {
  RowGroup group;
  group.rows = rows;
  PageScratch scratch;
  return Assemble(std::move(group), OneColumn(), PageSettings(), &scratch);
}

ConvertOptions OptionsFor(const std::string& output) {
  ConvertOptions options;
  options.inputs = {"in0", "in1"};
  options.output = output;
  return options;
}

std::vector<std::string> FilesBelow(const std::string& directory) {
  std::vector<std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    files.push_back(fs::relative(entry.path(), directory).string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

Status WriteOne(const ConvertOptions& options, uint32_t rows) {
  DatasetWriter writer(options, {""}, OneColumn(), "");
  VARVE_RETURN_IF_ERROR(writer.Append(0, Nulls(rows), {{0, 1, rows}}));
  VARVE_RETURN_IF_ERROR(writer.Close());
  return writer.Publish();
}

TEST(DatasetWriterTest, GroupsAndSizesMakeParts) {
  const TempDir directory;
  ConvertOptions options = OptionsFor(directory.path() + "/out");
  options.batch = "b1";
  options.target_file_bytes = 1;  // every row group fills its file
  DatasetWriter writer(options, {"k=1", "k=2"}, OneColumn(), "");
  ASSERT_TRUE(writer.Append(0, Nulls(5), {{0, 1, 5}}).ok());
  ASSERT_TRUE(writer.Append(0, Nulls(6), {{0, 6, 11}}).ok());
  ASSERT_TRUE(writer.Append(1, Nulls(7), {{1, 1, 7}}).ok());
  ASSERT_TRUE(writer.Close().ok());
  for (const OutputFile& output : writer.outputs()) EXPECT_FALSE(fs::exists(output.path));
  ASSERT_TRUE(writer.Publish().ok());
  ASSERT_EQ(writer.outputs().size(), 3U);
  EXPECT_EQ(FilesBelow(options.output),
            (std::vector<std::string>{"k=1", "k=1/part-00000-b1.snappy.parquet",
                                      "k=1/part-00001-b1.snappy.parquet", "k=2",
                                      "k=2/part-00000-b1.snappy.parquet"}));
  for (const OutputFile& output : writer.outputs()) {
    const auto file = parquet::FooterReader::Open(output.path);
    ASSERT_TRUE(file.ok()) << file.error().message;
    EXPECT_TRUE(parquet::CheckFile(*file).ok());
    EXPECT_EQ(static_cast<uint64_t>(file->metadata().row_count), output.rows);
    EXPECT_EQ(fs::file_size(output.path), output.bytes);
  }
}

TEST(DatasetWriterTest, NothingIsLeftUnlessPublished) {
  const TempDir directory;
  for (const bool closed : {false, true}) {
    const ConvertOptions options = OptionsFor(directory.path() + "/a/b");
    DatasetWriter writer(options, {"k=1/l=2"}, OneColumn(), "");
    ASSERT_TRUE(writer.Append(0, Nulls(5), {}).ok());
    if (closed) {
      ASSERT_TRUE(writer.Close().ok());
    }
  }
  EXPECT_TRUE(fs::is_empty(directory.path()));
}

TEST(DatasetWriterTest, DirectoriesOfOthersStay) {
  const TempDir directory;
  {
    const ConvertOptions options = OptionsFor(directory.path() + "/out");
    DatasetWriter writer(options, {""}, OneColumn(), "");
    ASSERT_TRUE(writer.Append(0, Nulls(5), {}).ok());
    directory.Write("out/notes.txt", "mine");
  }
  EXPECT_EQ(FilesBelow(directory.path()), (std::vector<std::string>{"out", "out/notes.txt"}));
}

TEST(DatasetWriterTest, RefusesWhatIsThere) {
  const TempDir directory;
  ConvertOptions options = OptionsFor(directory.path() + "/out");
  EXPECT_TRUE(CheckOutputIsFree(options).ok());
  directory.Write("out/readme.txt", "not data");
  EXPECT_TRUE(CheckOutputIsFree(options).ok());
  directory.Write("out/k=1/old.parquet", "data");
  EXPECT_EQ(CheckOutputIsFree(options).error().code, Code::kAlreadyExists);
  options.overwrite = true;
  EXPECT_TRUE(CheckOutputIsFree(options).ok());

  ConvertOptions file = OptionsFor(directory.Write("one.parquet", "data"));
  EXPECT_EQ(CheckOutputIsFree(file).error().code, Code::kAlreadyExists);
  file.overwrite = true;
  EXPECT_TRUE(CheckOutputIsFree(file).ok());
  EXPECT_EQ(CheckOutputIsFree(OptionsFor(directory.Write("text", "x"))).error().code,
            Code::kInvalidArgument);
  fs::create_directory(directory.path() + "/d.parquet");
  EXPECT_EQ(CheckOutputIsFree(OptionsFor(directory.path() + "/d.parquet")).error().code,
            Code::kInvalidArgument);
}

TEST(DatasetWriterTest, OverwritingRemovesOlderDataOnly) {
  const TempDir directory;
  ConvertOptions options = OptionsFor(directory.path() + "/out");
  options.overwrite = true;
  directory.Write("out/part-00000.snappy.parquet", "old");
  directory.Write("out/k=1/other.parquet", "old");
  directory.Write("out/keep.txt", "mine");
  ASSERT_TRUE(WriteOne(options, 9).ok());
  const auto file = parquet::FooterReader::Open(options.output + "/part-00000.snappy.parquet");
  ASSERT_TRUE(file.ok());
  EXPECT_EQ(file->metadata().row_count, 9);
  EXPECT_TRUE(fs::exists(options.output + "/keep.txt"));
  EXPECT_FALSE(fs::exists(options.output + "/k=1/other.parquet"));
}

TEST(DatasetWriterTest, SameInputSameBytes) {
  const TempDir directory;
  ASSERT_TRUE(WriteOne(OptionsFor(directory.path() + "/x.parquet"), 100).ok());
  ASSERT_TRUE(WriteOne(OptionsFor(directory.path() + "/y.parquet"), 100).ok());
  const auto read = [&](const char* name) {
    std::ifstream file(directory.path() + name, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  EXPECT_FALSE(read("/x.parquet").empty());
  EXPECT_EQ(read("/x.parquet"), read("/y.parquet"));
}

TEST(DatasetWriterTest, QuarantinePaths) {
  ConvertOptions options = OptionsFor("out");
  EXPECT_EQ(QuarantinePath(options), "out/_quarantine/lines.ndjson");
  options.batch = "b7";
  EXPECT_EQ(QuarantinePath(options), "out/_quarantine/b7.ndjson");
  options.output = "x.parquet";
  EXPECT_EQ(QuarantinePath(options), "x.parquet.quarantine.ndjson");
}

}  // namespace
}  // namespace varve
