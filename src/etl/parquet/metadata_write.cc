#include "etl/parquet/metadata_write.h"

#include "etl/parquet/thrift_compact.h"

namespace varve::parquet {
namespace {

template <typename T>
void WriteInts(int id, ThriftType type, const std::vector<T>& values, CompactWriter* writer) {
  writer->BeginList(id, type, values.size());
  for (const T value : values) writer->ElementInt(value);
}

void WriteOptionalInts(int id, const std::vector<int64_t>& values, CompactWriter* writer) {
  if (!values.empty()) WriteInts(id, ThriftType::kI64, values, writer);
}

void WriteStrings(int id, const std::vector<std::string>& values, CompactWriter* writer) {
  writer->BeginList(id, ThriftType::kBinary, values.size());
  for (const std::string& value : values) writer->ElementBinary(value);
}

void WriteLogicalType(const LogicalType& logical, CompactWriter* writer) {
  writer->BeginStruct(10);
  if (logical.kind == LogicalKind::kDecimal) {
    writer->BeginStruct(5);
    writer->I32(1, logical.scale);
    writer->I32(2, logical.precision);
    writer->EndStruct();
  } else if (logical.kind == LogicalKind::kTimestamp) {
    writer->BeginStruct(8);
    writer->Bool(1, logical.is_adjusted_to_utc);
    writer->BeginStruct(2);
    writer->EmptyStruct(static_cast<int>(logical.unit));
    writer->EndStruct();
    writer->EndStruct();
  } else {
    writer->EmptyStruct(static_cast<int>(logical.kind));
  }
  writer->EndStruct();
}

void WriteSchemaElement(const SchemaElement& element, bool is_root, CompactWriter* writer) {
  writer->BeginStruct();
  if (element.type) writer->I32(1, static_cast<int32_t>(*element.type));
  if (element.type_length > 0) writer->I32(2, element.type_length);
  if (!is_root) writer->I32(3, static_cast<int32_t>(element.repetition));
  writer->Binary(4, element.name);
  if (!element.type) writer->I32(5, element.num_children);
  if (element.converted_type) writer->I32(6, *element.converted_type);
  if (element.precision > 0) {
    writer->I32(7, element.scale);
    writer->I32(8, element.precision);
  }
  if (element.logical_type) WriteLogicalType(*element.logical_type, writer);
  writer->EndStruct();
}

void WriteStatistics(const Statistics& statistics, CompactWriter* writer) {
  writer->BeginStruct(12);
  if (statistics.null_count) writer->I64(3, *statistics.null_count);
  if (statistics.max_value) writer->Binary(5, *statistics.max_value);
  if (statistics.min_value) writer->Binary(6, *statistics.min_value);
  if (statistics.is_max_value_exact) writer->Bool(7, *statistics.is_max_value_exact);
  if (statistics.is_min_value_exact) writer->Bool(8, *statistics.is_min_value_exact);
  writer->EndStruct();
}

void WriteEncodingStats(const std::vector<PageEncodingStats>& stats, CompactWriter* writer) {
  writer->BeginList(13, ThriftType::kStruct, stats.size());
  for (const PageEncodingStats& entry : stats) {
    writer->BeginStruct();
    writer->I32(1, static_cast<int32_t>(entry.page_type));
    writer->I32(2, entry.encoding);
    writer->I32(3, entry.count);
    writer->EndStruct();
  }
}

void WriteSizeStatistics(const SizeStatistics& sizes, CompactWriter* writer) {
  writer->BeginStruct(16);
  if (sizes.unencoded_byte_array_bytes) writer->I64(1, *sizes.unencoded_byte_array_bytes);
  WriteOptionalInts(2, sizes.repetition_histogram, writer);
  WriteOptionalInts(3, sizes.definition_histogram, writer);
  writer->EndStruct();
}

void WriteColumnMetadata(const ColumnChunkMetadata& chunk, CompactWriter* writer) {
  writer->BeginStruct(3);
  writer->I32(1, static_cast<int32_t>(chunk.type));
  WriteInts(2, ThriftType::kI32, chunk.encodings, writer);
  WriteStrings(3, chunk.path, writer);
  writer->I32(4, chunk.codec);
  writer->I64(5, chunk.value_count);
  writer->I64(6, chunk.uncompressed_bytes);
  writer->I64(7, chunk.compressed_bytes);
  writer->I64(9, chunk.data_page_offset);
  if (chunk.dictionary_page_offset) writer->I64(11, *chunk.dictionary_page_offset);
  if (chunk.statistics) WriteStatistics(*chunk.statistics, writer);
  if (!chunk.encoding_stats.empty()) WriteEncodingStats(chunk.encoding_stats, writer);
  if (chunk.size_statistics) WriteSizeStatistics(*chunk.size_statistics, writer);
  writer->EndStruct();
}

void WriteColumnChunk(const ColumnChunkMetadata& chunk, CompactWriter* writer) {
  writer->BeginStruct();
  writer->I64(2, 0);  // file_offset: deprecated; 0, as no ColumnMetaData stands outside the footer
  WriteColumnMetadata(chunk, writer);
  if (chunk.offset_index) {
    writer->I64(4, chunk.offset_index->offset);
    writer->I32(5, chunk.offset_index->size_bytes);
  }
  if (chunk.column_index) {
    writer->I64(6, chunk.column_index->offset);
    writer->I32(7, chunk.column_index->size_bytes);
  }
  writer->EndStruct();
}

void WriteRowGroup(const RowGroupMetadata& group, CompactWriter* writer) {
  writer->BeginStruct();
  writer->BeginList(1, ThriftType::kStruct, group.columns.size());
  for (const ColumnChunkMetadata& chunk : group.columns) WriteColumnChunk(chunk, writer);
  writer->I64(2, group.total_bytes);
  writer->I64(3, group.row_count);
  if (group.file_offset) writer->I64(5, *group.file_offset);
  if (group.compressed_bytes) writer->I64(6, *group.compressed_bytes);
  if (group.ordinal) writer->I16(7, static_cast<int16_t>(*group.ordinal));
  writer->EndStruct();
}

}  // namespace

void AppendFileMetadata(const FileMetadata& metadata, Buffer* out) {
  CompactWriter writer(out);
  writer.BeginStruct();
  writer.I32(1, metadata.version);
  writer.BeginList(2, ThriftType::kStruct, metadata.schema.size());
  bool is_root = true;
  for (const SchemaElement& element : metadata.schema) {
    WriteSchemaElement(element, is_root, &writer);
    is_root = false;
  }
  writer.I64(3, metadata.row_count);
  writer.BeginList(4, ThriftType::kStruct, metadata.row_groups.size());
  for (const RowGroupMetadata& group : metadata.row_groups) WriteRowGroup(group, &writer);
  if (!metadata.key_values.empty()) {
    writer.BeginList(5, ThriftType::kStruct, metadata.key_values.size());
    for (const KeyValue& entry : metadata.key_values) {
      writer.BeginStruct();
      writer.Binary(1, entry.key);
      writer.Binary(2, entry.value);
      writer.EndStruct();
    }
  }
  writer.Binary(6, metadata.created_by);
  writer.BeginList(7, ThriftType::kStruct, metadata.column_order_count);
  for (size_t i = 0; i < metadata.column_order_count; ++i) {
    writer.BeginStruct();
    writer.EmptyStruct(1);  // TYPE_ORDER
    writer.EndStruct();
  }
  writer.EndStruct();
}

void AppendColumnIndex(const ColumnIndex& index, Buffer* out) {
  CompactWriter writer(out);
  writer.BeginStruct();
  writer.BeginList(1, ThriftType::kTrue, index.null_pages.size());
  for (const bool is_null : index.null_pages) writer.ElementBool(is_null);
  WriteStrings(2, index.min_values, &writer);
  WriteStrings(3, index.max_values, &writer);
  writer.I32(4, static_cast<int32_t>(index.boundary_order));
  WriteOptionalInts(5, index.null_counts, &writer);
  WriteOptionalInts(6, index.repetition_histograms, &writer);
  WriteOptionalInts(7, index.definition_histograms, &writer);
  writer.EndStruct();
}

void AppendOffsetIndex(const OffsetIndex& index, Buffer* out) {
  CompactWriter writer(out);
  writer.BeginStruct();
  writer.BeginList(1, ThriftType::kStruct, index.pages.size());
  for (const PageLocation& page : index.pages) {
    writer.BeginStruct();
    writer.I64(1, page.offset);
    writer.I32(2, page.size_bytes);
    writer.I64(3, page.first_row);
    writer.EndStruct();
  }
  WriteOptionalInts(2, index.unencoded_byte_array_bytes, &writer);
  writer.EndStruct();
}

}  // namespace varve::parquet
