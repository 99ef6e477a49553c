#include "etl/parquet/file_writer.h"

#include <span>
#include <utility>

#include "etl/parquet/chunk_metadata.h"
#include "etl/parquet/metadata_write.h"
#include "etl/parquet/output_file.h"

namespace varve::parquet {
namespace {

constexpr std::string_view kMagic = "PAR1";
constexpr size_t kMaxFooterBytes = 0x7FFFFFFF;
constexpr size_t kWriteBytes = 1 << 20;  // chunks are written together up to so much
constexpr int32_t kMaxOrdinal = 0x7FFF;

std::span<const uint8_t> AsBytes(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

// Page indexes of one kind, serialised as they come, and whose they are.
struct PendingIndexes {
  struct Entry {
    size_t group;
    size_t column;
    FileRange range;  // from the start of `bytes`
  };
  Buffer bytes;
  std::vector<Entry> entries;

  template <typename Index, typename AppendFunction>
  void Add(const Index& index, size_t group, size_t column, AppendFunction append) {
    const size_t begin = bytes.size();
    append(index, &bytes);
    const FileRange range{static_cast<int64_t>(begin), static_cast<int32_t>(bytes.size() - begin)};
    entries.push_back({group, column, range});
  }
};

}  // namespace

std::string DefaultCreatedBy() { return "varve version " VARVE_VERSION " (build 0)"; }

struct FileWriter::State {
  State(OutputFile output, const Schema& schema_in, FileWriterOptions options_in)
      : file(std::move(output)), schema(schema_in), options(std::move(options_in)) {}

  OutputFile file;
  Schema schema;  // the leaves point into it
  FileWriterOptions options;
  std::vector<LeafColumn> leaves;
  FileMetadata metadata;
  PendingIndexes column_indexes;
  PendingIndexes offset_indexes;

  Status Check(const EncodedRowGroup& group) const;
  void Describe(const EncodedRowGroup& group);
  Status Write(std::span<EncodedChunk> chunks);
  Status WriteIndexes(PendingIndexes* pending,
                      std::optional<FileRange> ColumnChunkMetadata::*member);
  Status WriteFooter();
};

FileWriter::FileWriter(std::unique_ptr<State> state) : state_(std::move(state)) {}
FileWriter::FileWriter(FileWriter&&) noexcept = default;
FileWriter& FileWriter::operator=(FileWriter&&) noexcept = default;
FileWriter::~FileWriter() = default;

Result<FileWriter> FileWriter::Create(const std::string& path, const Schema& schema,
                                      const FileWriterOptions& options) {
  VARVE_RETURN_IF_ERROR(BuildParquetSchema(schema));  // before anything is on disk
  VARVE_ASSIGN_OR_RETURN(OutputFile file,
                         OutputFile::Create(path, options.durability, options.remote));
  auto state = std::make_unique<State>(std::move(file), schema, options);
  VARVE_ASSIGN_OR_RETURN(ParquetSchema built, BuildParquetSchema(state->schema));
  state->leaves = std::move(built.leaves);
  state->metadata.schema = std::move(built.elements);
  state->metadata.created_by = options.created_by;
  state->metadata.column_order_count = state->leaves.size();
  VARVE_RETURN_IF_ERROR(state->file.Append(AsBytes(kMagic)));
  return FileWriter(std::move(state));
}

Status FileWriter::State::Check(const EncodedRowGroup& group) const {
  if (group.chunks.size() != leaves.size()) {
    return Error{Code::kInternal, file.path() + ": row group of " +
                                      std::to_string(group.chunks.size()) +
                                      " columns for a schema of " + std::to_string(leaves.size())};
  }
  for (size_t i = 0; i < leaves.size(); ++i) {
    VARVE_RETURN_IF_ERROR(CheckChunk(group.chunks[i], leaves[i], group.row_count));
  }
  return Ok{};
}

void FileWriter::State::Describe(const EncodedRowGroup& group) {
  RowGroupMetadata& out = metadata.row_groups.emplace_back();
  const size_t ordinal = metadata.row_groups.size() - 1;
  uint64_t offset = file.size_bytes();
  out.row_count = static_cast<int64_t>(group.row_count);
  out.file_offset = static_cast<int64_t>(offset);
  out.compressed_bytes = 0;
  if (ordinal <= kMaxOrdinal) out.ordinal = static_cast<int32_t>(ordinal);
  for (size_t i = 0; i < leaves.size(); ++i) {
    const EncodedChunk& chunk = group.chunks[i];
    out.columns.push_back(DescribeChunk(chunk, leaves[i], options.codec, offset));
    out.total_bytes += out.columns.back().uncompressed_bytes;
    *out.compressed_bytes += out.columns.back().compressed_bytes;
    if (const auto index = BuildColumnIndex(chunk, leaves[i])) {
      column_indexes.Add(*index, ordinal, i, AppendColumnIndex);
    }
    offset_indexes.Add(BuildOffsetIndex(chunk, leaves[i], offset), ordinal, i, AppendOffsetIndex);
    offset += chunk.bytes.size();
  }
  metadata.row_count += out.row_count;
}

// A chunk that is written gives its memory back before the next one is: the page cache then takes
// pages that are warm, instead of fresh ones that a virtual machine must first be given.
Status FileWriter::State::Write(std::span<EncodedChunk> chunks) {
  std::vector<std::span<const uint8_t>> pieces;
  while (!chunks.empty()) {
    pieces.clear();
    for (size_t bytes = 0; pieces.size() < chunks.size() && bytes < kWriteBytes;) {
      bytes += pieces.emplace_back(chunks[pieces.size()].bytes.bytes()).size();
    }
    VARVE_RETURN_IF_ERROR(file.Append(pieces));
    for (EncodedChunk& chunk : chunks.first(pieces.size())) chunk.bytes.Free();
    chunks = chunks.subspan(pieces.size());
  }
  return Ok{};
}

Status FileWriter::Append(EncodedRowGroup group) {
  if (group.row_count == 0) return Ok{};
  VARVE_RETURN_IF_ERROR(state_->Check(group));
  state_->Describe(group);
  return state_->Write(group.chunks);
}

Status FileWriter::State::WriteIndexes(PendingIndexes* pending,
                                       std::optional<FileRange> ColumnChunkMetadata::*member) {
  const int64_t begin = static_cast<int64_t>(file.size_bytes());
  for (const PendingIndexes::Entry& entry : pending->entries) {
    FileRange range = entry.range;
    range.offset += begin;
    metadata.row_groups[entry.group].columns[entry.column].*member = range;
  }
  VARVE_RETURN_IF_ERROR(file.Append(pending->bytes.bytes()));
  pending->bytes.Free();
  return Ok{};
}

Status FileWriter::State::WriteFooter() {
  Buffer footer;
  AppendFileMetadata(metadata, &footer);
  if (footer.size() > kMaxFooterBytes) {
    return Error{Code::kLimit, file.path() + ": footer of 2 GiB or more; write smaller files"};
  }
  footer.AppendValue(static_cast<uint32_t>(footer.size()));
  footer.Append(kMagic);
  return file.Append(footer.bytes());
}

Status FileWriter::Close(const std::vector<KeyValue>& key_values) {
  State& state = *state_;
  state.metadata.key_values = key_values;
  VARVE_RETURN_IF_ERROR(
      state.WriteIndexes(&state.column_indexes, &ColumnChunkMetadata::column_index));
  VARVE_RETURN_IF_ERROR(
      state.WriteIndexes(&state.offset_indexes, &ColumnChunkMetadata::offset_index));
  VARVE_RETURN_IF_ERROR(state.WriteFooter());
  // Closed files wait to be published, perhaps many thousands of them.
  const int64_t row_count = state.metadata.row_count;
  state.metadata = FileMetadata();
  state.metadata.row_count = row_count;
  state.leaves = {};
  state.schema = Schema();
  state.column_indexes = {};
  state.offset_indexes = {};
  return state.file.Close();
}

Status FileWriter::Publish() { return state_->file.Publish(); }

const std::vector<LeafColumn>& FileWriter::leaves() const { return state_->leaves; }
uint64_t FileWriter::row_count() const { return static_cast<uint64_t>(state_->metadata.row_count); }
uint64_t FileWriter::size_bytes() const { return state_->file.size_bytes(); }
const std::string& FileWriter::path() const { return state_->file.path(); }
const std::string& FileWriter::temporary_path() const { return state_->file.temporary_path(); }

}  // namespace varve::parquet
