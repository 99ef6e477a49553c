// What `varve inspect` says about one Parquet file: as text for people, as JSON for machines.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "base/result.h"
#include "etl/parquet/footer_reader.h"

namespace varve::cli {

// Facts of one column chunk that need more than its metadata.
struct ChunkFacts {
  uint64_t data_pages = 0;
  uint64_t dictionary_pages = 0;
};

// From encoding_stats when the writer left them, else by reading the page headers.
Result<ChunkFacts> CountPages(const parquet::FooterReader& file, size_t row_group, size_t column);

// The leaf elements of the schema, in column order: type and annotation of each column.
std::vector<const parquet::SchemaElement*> LeafElements(const parquet::FileMetadata& metadata);

// "a.list.element.b".
std::string ColumnPath(const parquet::LeafColumn& leaf);

// Index of the column with this path (or of the only one below it); kNotFound lists what there is.
Result<size_t> FindColumn(const parquet::FooterReader& file, const std::string& path);

Result<std::string> InspectText(const parquet::FooterReader& file);
Result<nlohmann::ordered_json> InspectJson(const parquet::FooterReader& file);

// The pages of one column, in all row groups.
Result<std::string> PagesText(const parquet::FooterReader& file, size_t column);
Result<nlohmann::ordered_json> PagesJson(const parquet::FooterReader& file, size_t column);

}  // namespace varve::cli
