#include "cli/inspect_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/suggest.h"

namespace varve::cli {

using parquet::PageType;

Result<ChunkFacts> CountPages(const parquet::FooterReader& file, size_t row_group, size_t column) {
  const auto& chunk = file.metadata().row_groups[row_group].columns[column];
  ChunkFacts facts;
  for (const parquet::PageEncodingStats& stats : chunk.encoding_stats) {
    const auto count = static_cast<uint64_t>(std::max(stats.count, 0));
    (stats.page_type == PageType::kDictionary ? facts.dictionary_pages : facts.data_pages) += count;
  }
  if (!chunk.encoding_stats.empty()) return facts;
  std::vector<parquet::PageEntry> pages;
  VARVE_ASSIGN_OR_RETURN(pages, file.ReadPageHeaders(row_group, column));
  for (const parquet::PageEntry& page : pages) {
    ++(page.header.type == PageType::kDictionary ? facts.dictionary_pages : facts.data_pages);
  }
  return facts;
}

std::vector<const parquet::SchemaElement*> LeafElements(const parquet::FileMetadata& metadata) {
  std::vector<const parquet::SchemaElement*> leaves;
  for (const parquet::SchemaElement& element : metadata.schema) {
    if (element.type) leaves.push_back(&element);
  }
  return leaves;
}

std::string ColumnPath(const parquet::LeafColumn& leaf) {
  std::string path;
  for (const std::string& name : leaf.path) path += (path.empty() ? "" : ".") + name;
  return path;
}

Result<size_t> FindColumn(const parquet::FooterReader& file, const std::string& path) {
  std::vector<std::string> paths;
  std::vector<size_t> below;
  for (size_t i = 0; i < file.leaves().size(); ++i) {
    paths.push_back(ColumnPath(file.leaves()[i]));
    if (paths.back() == path) return i;
    if (paths.back().starts_with(path + ".")) below.push_back(i);
  }
  if (below.size() == 1) return below[0];
  std::string message = file.path() + ": ";
  if (below.empty()) {
    message += "no column \"" + path + "\"";
    const std::string near = Suggest(path, paths);
    message += near.empty() ? "; run varve inspect without --pages to see the columns"
                            : "; did you mean \"" + near + "\"?";
  } else {
    message += fmt::format("\"{}\" holds {} columns; name one, like \"{}\"", path, below.size(),
                           paths[below[0]]);
  }
  return Error{Code::kNotFound, std::move(message)};
}

}  // namespace varve::cli
