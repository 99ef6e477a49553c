#include "etl/parquet/file_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "etl/parquet/footer_reader.h"
#include "etl/parquet/page_check.h"
#include "etl/parquet/testing/sample.h"

namespace varve::parquet {
namespace {

namespace fs = std::filesystem;

class FileWriterTest : public testing::Test {
 protected:
  void SetUp() override {
    directory_ = fs::path(testing::TempDir()) /
                 testing::UnitTest::GetInstance()->current_test_info()->name();
    fs::remove_all(directory_);
    fs::create_directories(directory_);
  }
  void TearDown() override { fs::remove_all(directory_); }

  std::string Path() const { return (directory_ / "part.parquet").string(); }
  size_t FileCount() const {
    return static_cast<size_t>(std::distance(fs::directory_iterator(directory_), {}));
  }
  FileWriter Create() { return FileWriter::Create(Path(), SampleSchema(), {}).value(); }
  static EncodedRowGroup Encode(size_t rows, const SampleOptions& options = {}) {
    return EncodeSampleRows(SampleSchema(), SampleRows(rows), 0, rows, options);
  }

  fs::path directory_;
};

TEST_F(FileWriterTest, NothingIsVisibleBeforePublish) {
  {
    FileWriter writer = Create();
    ASSERT_TRUE(writer.Append(Encode(50)).ok());
    ASSERT_TRUE(writer.Close({}).ok());
    EXPECT_FALSE(fs::exists(Path()));
    EXPECT_EQ(fs::path(writer.temporary_path()).parent_path(), directory_);
    EXPECT_EQ(fs::path(writer.temporary_path()).filename().string()[0], '.');
    EXPECT_EQ(fs::file_size(writer.temporary_path()), writer.size_bytes());
  }
  EXPECT_EQ(FileCount(), 0U);  // an unpublished writer cleans up
}

TEST_F(FileWriterTest, PublishReplacesTheOldFile) {
  std::ofstream(Path()) << "old";
  FileWriter writer = Create();
  ASSERT_TRUE(writer.Append(Encode(50)).ok());
  ASSERT_TRUE(writer.Close({}).ok());
  ASSERT_TRUE(writer.Publish().ok());
  EXPECT_EQ(FileCount(), 1U);
  EXPECT_EQ(fs::file_size(Path()), writer.size_bytes());
}

TEST_F(FileWriterTest, EveryCodecPassesThePageCheck) {
  for (const Codec codec :
       {Codec::kNone, Codec::kSnappy, Codec::kGzip, Codec::kZstd, Codec::kLz4Raw}) {
    for (const bool dictionary : {false, true}) {
      SampleOptions options;
      options.codec = codec;
      options.dictionary = dictionary;
      ASSERT_TRUE(WriteSampleFile(Path(), options).ok());
      const Result<FooterReader> file = FooterReader::Open(Path());
      ASSERT_TRUE(file.ok()) << file.error().message;
      const Status status = CheckFile(*file);
      EXPECT_TRUE(status.ok()) << CodecName(codec) << ": " << status.error().message;
    }
  }
}

TEST_F(FileWriterTest, MetadataIsComplete) {
  ASSERT_TRUE(WriteSampleFile(Path(), {}).ok());
  const Result<FooterReader> file = FooterReader::Open(Path());
  ASSERT_TRUE(file.ok()) << file.error().message;
  const FileMetadata& metadata = file->metadata();
  EXPECT_EQ(metadata.row_count, 1000);
  EXPECT_EQ(metadata.created_by, DefaultCreatedBy());
  EXPECT_EQ(metadata.column_order_count, file->leaves().size());
  EXPECT_EQ(metadata.key_values, (std::vector<KeyValue>{{"sample", "1,000 rows"}}));
  EXPECT_EQ(metadata.schema, BuildParquetSchema(SampleSchema()).value().elements);
  ASSERT_EQ(metadata.row_groups.size(), 2U);
  int64_t offset = 4;
  for (int g = 0; g < 2; ++g) {
    const RowGroupMetadata& group = metadata.row_groups[static_cast<size_t>(g)];
    EXPECT_EQ(group.row_count, g == 0 ? 600 : 400);
    EXPECT_EQ(group.ordinal, g);
    EXPECT_EQ(group.file_offset, offset);
    int64_t uncompressed = 0;
    for (const ColumnChunkMetadata& chunk : group.columns) {
      EXPECT_EQ(chunk.first_page_offset(), offset);
      offset += chunk.compressed_bytes;
      uncompressed += chunk.uncompressed_bytes;
    }
    EXPECT_EQ(group.compressed_bytes, offset - *group.file_offset);
    EXPECT_EQ(group.total_bytes, uncompressed);
  }
}

TEST_F(FileWriterTest, TextColumnIsDescribed) {
  ASSERT_TRUE(WriteSampleFile(Path(), {}).ok());
  const FooterReader file = FooterReader::Open(Path()).value();
  const ColumnChunkMetadata& chunk = file.metadata().row_groups[0].columns[5];
  ASSERT_EQ(chunk.path, std::vector<std::string>{"text"});
  EXPECT_EQ(chunk.encodings, (std::vector<int32_t>{0, 3, 8}));
  EXPECT_EQ(chunk.encoding_stats, (std::vector<PageEncodingStats>{{PageType::kDictionary, 0, 1},
                                                                  {PageType::kData, 8, 6}}));
  EXPECT_EQ(chunk.codec, 1);
  EXPECT_EQ(chunk.value_count, 600);
  // Row i is null when (i + 5) % 7 == 3.
  EXPECT_EQ(chunk.statistics->null_count, 85);
  EXPECT_EQ(chunk.statistics->min_value, "s0");
  EXPECT_EQ(chunk.statistics->max_value, "s9");
  EXPECT_EQ(chunk.statistics->is_min_value_exact, true);
  EXPECT_EQ(chunk.statistics->is_max_value_exact, true);
  EXPECT_EQ(chunk.size_statistics->unencoded_byte_array_bytes, 515 * 2);
  EXPECT_EQ(chunk.size_statistics->definition_histogram, (std::vector<int64_t>{85, 515}));
  EXPECT_TRUE(chunk.size_statistics->repetition_histogram.empty());
  const ColumnChunkMetadata& long_text = file.metadata().row_groups[0].columns[6];
  EXPECT_EQ(long_text.statistics->is_min_value_exact, false);
  EXPECT_EQ(long_text.statistics->is_max_value_exact, false);
}

TEST_F(FileWriterTest, PageIndexesDescribeThePages) {
  ASSERT_TRUE(WriteSampleFile(Path(), {}).ok());
  const FooterReader file = FooterReader::Open(Path()).value();
  const ColumnIndex numbers = file.ReadColumnIndex(0, 1).value();
  EXPECT_EQ(numbers.boundary_order, BoundaryOrder::kAscending);
  EXPECT_EQ(numbers.null_pages, std::vector<bool>(6, false));
  EXPECT_EQ(numbers.null_counts.size(), 6U);
  EXPECT_EQ(numbers.definition_histograms.size(), 12U);
  EXPECT_EQ(file.ReadColumnIndex(0, 8)->boundary_order, BoundaryOrder::kDescending);
  const ColumnIndex unknown = file.ReadColumnIndex(0, 11).value();
  EXPECT_EQ(unknown.null_pages, std::vector<bool>(6, true));
  EXPECT_EQ(unknown.min_values, std::vector<std::string>(6));
  const OffsetIndex offsets = file.ReadOffsetIndex(0, 5).value();
  ASSERT_EQ(offsets.pages.size(), 6U);
  EXPECT_EQ(offsets.pages[0].offset, file.metadata().row_groups[0].columns[5].data_page_offset);
  EXPECT_EQ(offsets.pages[3].first_row, 300);
  EXPECT_EQ(offsets.unencoded_byte_array_bytes.size(), 6U);
}

TEST_F(FileWriterTest, AMissingMaximumLeavesTheIndexOut) {
  EncodedRowGroup group = Encode(50);
  Bounds& bounds = *group.chunks[5].pages[0].bounds;
  bounds.has_max = false;
  group.chunks[5].bounds->has_max = false;
  FileWriter writer = Create();
  ASSERT_TRUE(writer.Append(std::move(group)).ok());
  ASSERT_TRUE(writer.Close({}).ok());
  const FooterReader file = FooterReader::Open(writer.temporary_path()).value();
  const ColumnChunkMetadata& chunk = file.metadata().row_groups[0].columns[5];
  EXPECT_FALSE(chunk.column_index.has_value());
  EXPECT_TRUE(chunk.offset_index.has_value());
  EXPECT_TRUE(chunk.statistics->min_value.has_value());
  EXPECT_FALSE(chunk.statistics->max_value.has_value());
}

TEST_F(FileWriterTest, AFileMayBeEmpty) {
  FileWriter writer = Create();
  ASSERT_TRUE(writer.Append(EncodedRowGroup{}).ok());
  ASSERT_TRUE(writer.Close({}).ok());
  const Result<FooterReader> file = FooterReader::Open(writer.temporary_path());
  ASSERT_TRUE(file.ok()) << file.error().message;
  EXPECT_TRUE(file->metadata().row_groups.empty());
}

TEST_F(FileWriterTest, ContradictoryChunksAreRefusedUnwritten) {
  FileWriter writer = Create();
  const auto refuses = [&](auto&& spoil) {
    EncodedRowGroup group = Encode(250);
    spoil(&group);
    const Status status = writer.Append(std::move(group));
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(status.error().code, Code::kInternal);
  };
  refuses([](EncodedRowGroup* group) { group->chunks.pop_back(); });
  refuses([](EncodedRowGroup* group) { group->row_count = 251; });
  refuses([](EncodedRowGroup* group) { group->row_count = 150; });
  refuses([](EncodedRowGroup* group) { group->chunks[0].bytes.AppendByte(0); });
  refuses([](EncodedRowGroup* group) { group->chunks[5].data_offset = 0; });
  refuses([](EncodedRowGroup* group) { ++group->chunks[5].pages[0].definition_histogram[0]; });
  refuses([](EncodedRowGroup* group) { group->chunks[5].pages[1].first_row = 0; });
  refuses([](EncodedRowGroup* group) { group->chunks[11].pages[0].bounds = Bounds{}; });
  EXPECT_EQ(writer.size_bytes(), 4U);
}

TEST_F(FileWriterTest, ErrorsNameThePath) {
  const std::string missing = (directory_ / "no" / "part.parquet").string();
  const auto created = FileWriter::Create(missing, SampleSchema(), {});
  ASSERT_FALSE(created.ok());
  EXPECT_EQ(created.error().code, Code::kNotFound);
  EXPECT_THAT(created.error().message, testing::HasSubstr((directory_ / "no").string()));
  EXPECT_FALSE(FileWriter::Create(directory_.string() + "/", SampleSchema(), {}).ok());
}

// A file size limit stands in for a full disk: the write comes back short, then fails.
TEST_F(FileWriterTest, AWriteThatFailsIsReported) {
  FileWriter writer = Create();
  rlimit before;
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{4096, before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  const Status status = writer.Append(Encode(500));
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, old_handler);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, Code::kIo);
  EXPECT_THAT(status.error().message, testing::HasSubstr(Path()));
}

}  // namespace
}  // namespace varve::parquet
