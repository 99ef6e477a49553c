// varve inspect --json.
#include "cli/inspect_report.h"
#include "cli/parquet_value.h"

namespace varve::cli {
namespace {

using nlohmann::ordered_json;
using parquet::FooterReader;

ordered_json StatisticsJson(const parquet::SchemaElement& element,
                            const parquet::Statistics& statistics) {
  ordered_json json = ordered_json::object();
  if (statistics.min_value) json["min"] = ParquetValueJson(element, *statistics.min_value);
  if (statistics.max_value) json["max"] = ParquetValueJson(element, *statistics.max_value);
  if (statistics.is_min_value_exact) json["min_exact"] = *statistics.is_min_value_exact;
  if (statistics.is_max_value_exact) json["max_exact"] = *statistics.is_max_value_exact;
  if (statistics.null_count) json["nulls"] = *statistics.null_count;
  if (statistics.distinct_count) json["distinct"] = *statistics.distinct_count;
  return json;
}

Result<ordered_json> ChunkJson(const FooterReader& file, size_t row_group, size_t column,
                               const parquet::SchemaElement& element) {
  const auto& chunk = file.metadata().row_groups[row_group].columns[column];
  ChunkFacts facts;
  VARVE_ASSIGN_OR_RETURN(facts, CountPages(file, row_group, column));
  ordered_json encodings = ordered_json::array();
  for (const int32_t encoding : chunk.encodings)
    encodings.push_back(parquet::EncodingName(encoding));
  ordered_json json = {{"column", ColumnPath(file.leaves()[column])},
                       {"codec", parquet::CodecIdName(chunk.codec)},
                       {"encodings", std::move(encodings)},
                       {"values", chunk.value_count},
                       {"compressed_bytes", chunk.compressed_bytes},
                       {"uncompressed_bytes", chunk.uncompressed_bytes},
                       {"offset", chunk.first_page_offset()},
                       {"data_pages", facts.data_pages},
                       {"dictionary_pages", facts.dictionary_pages},
                       {"column_index", chunk.column_index.has_value()},
                       {"offset_index", chunk.offset_index.has_value()},
                       {"bloom_filter", chunk.bloom_filter.has_value()}};
  if (chunk.statistics) json["statistics"] = StatisticsJson(element, *chunk.statistics);
  return json;
}

}  // namespace

Result<ordered_json> InspectJson(const FooterReader& file) {
  const parquet::FileMetadata& metadata = file.metadata();
  const auto elements = LeafElements(metadata);
  ordered_json columns = ordered_json::array();
  for (size_t i = 0; i < file.leaves().size(); ++i) {
    const parquet::LeafColumn& leaf = file.leaves()[i];
    columns.push_back({{"column", ColumnPath(leaf)},
                       {"type", ParquetTypeText(*elements[i])},
                       {"max_definition_level", leaf.max_definition_level},
                       {"max_repetition_level", leaf.max_repetition_level}});
  }
  ordered_json row_groups = ordered_json::array();
  for (size_t group = 0; group < metadata.row_groups.size(); ++group) {
    ordered_json chunks = ordered_json::array();
    for (size_t column = 0; column < file.leaves().size(); ++column) {
      ordered_json chunk;
      VARVE_ASSIGN_OR_RETURN(chunk, ChunkJson(file, group, column, *elements[column]));
      chunks.push_back(std::move(chunk));
    }
    row_groups.push_back({{"rows", metadata.row_groups[group].row_count},
                          {"uncompressed_bytes", metadata.row_groups[group].total_bytes},
                          {"chunks", std::move(chunks)}});
  }
  ordered_json key_values = ordered_json::array();  // keys may repeat
  for (const parquet::KeyValue& entry : metadata.key_values) {
    key_values.push_back({{"key", entry.key}, {"value", entry.value}});
  }
  return ordered_json{{"path", file.path()},
                      {"bytes", file.file_bytes()},
                      {"footer_bytes", file.footer_bytes()},
                      {"version", metadata.version},
                      {"created_by", metadata.created_by},
                      {"rows", metadata.row_count},
                      {"columns", std::move(columns)},
                      {"row_groups", std::move(row_groups)},
                      {"metadata", std::move(key_values)}};
}

Result<ordered_json> PagesJson(const FooterReader& file, size_t column) {
  ordered_json pages = ordered_json::array();
  for (size_t group = 0; group < file.metadata().row_groups.size(); ++group) {
    std::vector<parquet::PageEntry> entries;
    VARVE_ASSIGN_OR_RETURN(entries, file.ReadPageHeaders(group, column));
    for (const parquet::PageEntry& page : entries) {
      ordered_json json = {{"row_group", group},
                           {"offset", page.offset},
                           {"type", parquet::PageTypeName(page.header.type)},
                           {"encoding", parquet::EncodingName(page.header.encoding)},
                           {"values", page.header.value_count},
                           {"compressed_bytes", page.header.compressed_bytes},
                           {"uncompressed_bytes", page.header.uncompressed_bytes}};
      if (page.header.crc) json["crc"] = *page.header.crc;
      pages.push_back(std::move(json));
    }
  }
  return ordered_json{{"column", ColumnPath(file.leaves()[column])}, {"pages", std::move(pages)}};
}

}  // namespace varve::cli
