// varve inspect, for people.
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

#include "cli/inspect_report.h"
#include "cli/parquet_value.h"
#include "cli/terminal_text.h"
#include "cli/text_table.h"

namespace varve::cli {
namespace {

using parquet::FooterReader;

std::string Bytes(int64_t bytes) {
  return HumanBytes(static_cast<uint64_t>(std::max<int64_t>(bytes, 0)));
}

std::string Ratio(int64_t uncompressed, int64_t compressed) {
  if (compressed <= 0) return "-";
  return fmt::format("{:.2f}", static_cast<double>(uncompressed) / static_cast<double>(compressed));
}

// One column over all row groups.
struct ColumnTotals {
  std::set<std::string> encodings;
  std::set<std::string> codecs;
  int64_t values = 0;
  std::optional<int64_t> nulls = 0;  // unset: some chunk does not say
  int64_t compressed = 0;
  int64_t uncompressed = 0;
  uint64_t pages = 0;
  std::optional<std::string> min;
  std::optional<std::string> max;
  bool bounds_known = true;  // every chunk with values has both
};

bool Comparable(const parquet::SchemaElement& element, const std::string& a, const std::string& b) {
  // An unsigned or otherwise special order is left to --json, row group by row group.
  const bool is_unsigned = element.logical_type &&
                           element.logical_type->kind == parquet::LogicalKind::kInteger &&
                           !element.logical_type->is_signed;
  const bool variable = element.type == parquet::PhysicalType::kByteArray;
  return !is_unsigned && element.type != parquet::PhysicalType::kInt96 &&
         element.type != parquet::PhysicalType::kFloat && (variable || a.size() == b.size());
}

void AddBounds(const parquet::LeafColumn& leaf, const parquet::SchemaElement& element,
               const parquet::Statistics& statistics, ColumnTotals* totals) {
  if (!totals->min) {
    totals->min = statistics.min_value;
    totals->max = statistics.max_value;
  } else if (Comparable(element, *totals->min, *statistics.min_value) &&
             Comparable(element, *totals->max, *statistics.max_value)) {
    if (parquet::CompareBounds(leaf.order, *statistics.min_value, *totals->min) < 0) {
      totals->min = statistics.min_value;
    }
    if (parquet::CompareBounds(leaf.order, *statistics.max_value, *totals->max) > 0) {
      totals->max = statistics.max_value;
    }
  } else {
    totals->bounds_known = false;
  }
}

Result<ColumnTotals> TotalsOf(const FooterReader& file, size_t column,
                              const parquet::SchemaElement& element) {
  ColumnTotals totals;
  for (size_t group = 0; group < file.metadata().row_groups.size(); ++group) {
    const auto& chunk = file.metadata().row_groups[group].columns[column];
    for (const int32_t encoding : chunk.encodings) {
      totals.encodings.insert(parquet::EncodingName(encoding));
    }
    totals.codecs.insert(parquet::CodecIdName(chunk.codec));
    totals.values += chunk.value_count;
    totals.compressed += chunk.compressed_bytes;
    totals.uncompressed += chunk.uncompressed_bytes;
    ChunkFacts facts;
    VARVE_ASSIGN_OR_RETURN(facts, CountPages(file, group, column));
    totals.pages += facts.data_pages;
    const auto nulls = chunk.statistics ? chunk.statistics->null_count : std::nullopt;
    totals.nulls = nulls && totals.nulls ? std::optional(*totals.nulls + *nulls) : std::nullopt;
    const bool has_bounds =
        chunk.statistics && chunk.statistics->min_value && chunk.statistics->max_value;
    if (has_bounds) {
      AddBounds(file.leaves()[column], element, *chunk.statistics, &totals);
    } else if (nulls != chunk.value_count) {
      totals.bounds_known = false;
    }
  }
  return totals;
}

std::string Join(const std::set<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

Result<std::string> ColumnsTable(const FooterReader& file) {
  TextTable table("lllrrrrrll", {"column", "type", "encodings", "nulls", "pages", "compressed",
                                 "uncompressed", "ratio", "min", "max"});
  const auto elements = LeafElements(file.metadata());
  for (size_t i = 0; i < file.leaves().size(); ++i) {
    ColumnTotals totals;
    VARVE_ASSIGN_OR_RETURN(totals, TotalsOf(file, i, *elements[i]));
    const auto bound = [&](const std::optional<std::string>& value) {
      return totals.bounds_known && value ? ParquetValueText(*elements[i], *value) : "";
    };
    table.Add({ColumnPath(file.leaves()[i]), ParquetTypeText(*elements[i]),
               Join(totals.codecs) + ": " + Join(totals.encodings),
               totals.nulls ? std::to_string(*totals.nulls) : "?", std::to_string(totals.pages),
               Bytes(totals.compressed), Bytes(totals.uncompressed),
               Ratio(totals.uncompressed, totals.compressed), bound(totals.min),
               bound(totals.max)});
  }
  return table.Render(2);
}

std::string RowGroupsTable(const parquet::FileMetadata& metadata) {
  constexpr size_t kShown = 50;
  TextTable table("rrrrr", {"row group", "rows", "compressed", "uncompressed", "ratio"});
  for (size_t i = 0; i < std::min(metadata.row_groups.size(), kShown); ++i) {
    const parquet::RowGroupMetadata& group = metadata.row_groups[i];
    int64_t compressed = 0;
    int64_t uncompressed = 0;
    for (const parquet::ColumnChunkMetadata& chunk : group.columns) {
      compressed += chunk.compressed_bytes;
      uncompressed += chunk.uncompressed_bytes;
    }
    table.Add({std::to_string(i), std::to_string(group.row_count), Bytes(compressed),
               Bytes(uncompressed), Ratio(uncompressed, compressed)});
  }
  std::string text = table.Render(2);
  if (metadata.row_groups.size() > kShown) {
    text += fmt::format("  … and {} more\n", metadata.row_groups.size() - kShown);
  }
  return text;
}

std::string MetadataList(const parquet::FileMetadata& metadata) {
  constexpr size_t kValueMax = 200;
  std::string text;
  for (const parquet::KeyValue& entry : metadata.key_values) {
    text += "  " + Printable(entry.key) + " = " + Printable(entry.value.substr(0, kValueMax));
    if (entry.value.size() > kValueMax) {
      text += fmt::format("… ({} in all; --json shows it)", HumanBytes(entry.value.size()));
    }
    text += "\n";
  }
  return text;
}

}  // namespace

Result<std::string> InspectText(const FooterReader& file) {
  const parquet::FileMetadata& metadata = file.metadata();
  std::string text = fmt::format("{}: {}, {}, {}, {} (footer {})\n", Printable(file.path()),
                                 Plural(static_cast<uint64_t>(metadata.row_count), "row"),
                                 Plural(file.leaves().size(), "column"),
                                 Plural(metadata.row_groups.size(), "row group"),
                                 HumanBytes(file.file_bytes()), HumanBytes(file.footer_bytes()));
  text += "  created by " + Printable(metadata.created_by) + "\n";
  std::string columns;
  VARVE_ASSIGN_OR_RETURN(columns, ColumnsTable(file));
  text += "\nColumns\n" + columns + "\nRow groups\n" + RowGroupsTable(metadata);
  if (!metadata.key_values.empty()) text += "\nMetadata\n" + MetadataList(metadata);
  return text;
}

Result<std::string> PagesText(const FooterReader& file, size_t column) {
  TextTable table("rrllrrrr", {"row group", "offset", "type", "encoding", "values", "compressed",
                               "uncompressed", "ratio"});
  for (size_t group = 0; group < file.metadata().row_groups.size(); ++group) {
    std::vector<parquet::PageEntry> pages;
    VARVE_ASSIGN_OR_RETURN(pages, file.ReadPageHeaders(group, column));
    for (const parquet::PageEntry& page : pages) {
      table.Add({std::to_string(group), std::to_string(page.offset),
                 parquet::PageTypeName(page.header.type),
                 parquet::EncodingName(page.header.encoding),
                 std::to_string(page.header.value_count), Bytes(page.header.compressed_bytes),
                 Bytes(page.header.uncompressed_bytes),
                 Ratio(page.header.uncompressed_bytes, page.header.compressed_bytes)});
    }
  }
  return "\nPages of " + Printable(ColumnPath(file.leaves()[column])) + "\n" + table.Render(2);
}

}  // namespace varve::cli
