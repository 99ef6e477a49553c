#include "etl/parquet/chunk_metadata.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <string>

namespace varve::parquet {
namespace {

Error Bug(const LeafColumn& leaf, std::string_view what) {
  std::string name;
  for (const std::string& part : leaf.path) name += (name.empty() ? "" : ".") + part;
  return Error{Code::kInternal, "encoded column " + name + ": " + std::string(what)};
}

bool HistogramFits(const std::vector<uint64_t>& histogram, int max_level, uint64_t value_count) {
  if (histogram.empty()) return true;
  return max_level > 0 && histogram.size() == static_cast<size_t>(max_level) + 1 &&
         std::accumulate(histogram.begin(), histogram.end(), uint64_t{0}) == value_count;
}

bool AllPagesHave(const EncodedChunk& chunk, std::vector<uint64_t> DataPageInfo::*histogram) {
  return std::none_of(chunk.pages.begin(), chunk.pages.end(),
                      [&](const DataPageInfo& page) { return (page.*histogram).empty(); });
}

void AddUp(const std::vector<uint64_t>& levels, std::vector<int64_t>* sums) {
  sums->resize(levels.size());
  for (size_t i = 0; i < levels.size(); ++i) (*sums)[i] += static_cast<int64_t>(levels[i]);
}

Statistics DescribeStatistics(const EncodedChunk& chunk) {
  Statistics statistics;
  int64_t nulls = 0;
  for (const DataPageInfo& page : chunk.pages) nulls += static_cast<int64_t>(page.null_count);
  statistics.null_count = nulls;
  if (!chunk.bounds) return statistics;
  statistics.min_value = chunk.bounds->min;
  statistics.is_min_value_exact = chunk.bounds->min_exact;
  if (!chunk.bounds->has_max) return statistics;
  statistics.max_value = chunk.bounds->max;
  statistics.is_max_value_exact = chunk.bounds->max_exact;
  return statistics;
}

SizeStatistics DescribeSizes(const EncodedChunk& chunk, const LeafColumn& leaf) {
  SizeStatistics sizes;
  const bool repetition = AllPagesHave(chunk, &DataPageInfo::repetition_histogram);
  const bool definition = AllPagesHave(chunk, &DataPageInfo::definition_histogram);
  int64_t bytes = 0;
  for (const DataPageInfo& page : chunk.pages) {
    bytes += static_cast<int64_t>(page.plain_bytes);
    if (repetition) AddUp(page.repetition_histogram, &sizes.repetition_histogram);
    if (definition) AddUp(page.definition_histogram, &sizes.definition_histogram);
  }
  if (leaf.type == PhysicalType::kByteArray) sizes.unencoded_byte_array_bytes = bytes;
  return sizes;
}

// Encodings in ascending order of their numbers: the bytes must not depend on page order.
void DescribeEncodings(const EncodedChunk& chunk, ColumnChunkMetadata* out) {
  std::map<int32_t, int32_t> data_pages;
  for (const DataPageInfo& page : chunk.pages) ++data_pages[static_cast<int32_t>(page.encoding)];
  std::map<int32_t, int32_t> all = data_pages;
  constexpr int32_t kPlain = static_cast<int32_t>(Encoding::kPlain);
  all[static_cast<int32_t>(Encoding::kRle)];  // the levels
  if (chunk.has_dictionary) all[kPlain];
  for (const auto& [encoding, count] : all) out->encodings.push_back(encoding);
  if (chunk.has_dictionary) out->encoding_stats.push_back({PageType::kDictionary, kPlain, 1});
  for (const auto& [encoding, count] : data_pages) {
    out->encoding_stats.push_back({PageType::kData, encoding, count});
  }
}

BoundaryOrder OrderOfPages(const EncodedChunk& chunk, BoundOrder order) {
  bool ascending = true;
  bool descending = true;
  const Bounds* before = nullptr;
  for (const DataPageInfo& page : chunk.pages) {
    if (!page.bounds) continue;
    if (before != nullptr) {
      const int min = CompareBounds(order, before->min, page.bounds->min);
      const int max = CompareBounds(order, before->max, page.bounds->max);
      ascending = ascending && min <= 0 && max <= 0;
      descending = descending && min >= 0 && max >= 0;
    }
    before = &*page.bounds;
  }
  if (ascending) return BoundaryOrder::kAscending;
  return descending ? BoundaryOrder::kDescending : BoundaryOrder::kUnordered;
}

}  // namespace

Status CheckChunk(const EncodedChunk& chunk, const LeafColumn& leaf, uint64_t row_count) {
  if (chunk.pages.empty()) return Bug(leaf, "no data page");
  if (chunk.pages.front().first_row != 0) return Bug(leaf, "does not begin at row 0");
  if (chunk.data_offset != chunk.pages.front().offset) return Bug(leaf, "wrong data_offset");
  if (chunk.has_dictionary != (chunk.data_offset > 0)) return Bug(leaf, "misplaced dictionary");
  uint64_t end = chunk.data_offset;
  uint64_t values = 0;
  const DataPageInfo* before = nullptr;
  for (const DataPageInfo& page : chunk.pages) {
    if (page.offset != end) return Bug(leaf, "pages do not follow one another");
    if (before != nullptr && page.first_row <= before->first_row) {
      return Bug(leaf, "a page without rows");
    }
    if (page.first_row >= row_count) return Bug(leaf, "more rows than the row group");
    if (page.null_count > page.value_count) return Bug(leaf, "more nulls than values");
    if (page.bounds && page.null_count == page.value_count) return Bug(leaf, "bounds of nothing");
    if (!HistogramFits(page.repetition_histogram, leaf.max_repetition_level, page.value_count) ||
        !HistogramFits(page.definition_histogram, leaf.max_definition_level, page.value_count)) {
      return Bug(leaf, "level histogram does not add up");
    }
    end += page.size_bytes;
    values += page.value_count;
    before = &page;
  }
  if (end != chunk.bytes.size()) return Bug(leaf, "page sizes do not add up to the chunk");
  if (leaf.max_repetition_level == 0 ? values != row_count : values < row_count) {
    return Bug(leaf, std::to_string(values) + " values in " + std::to_string(row_count) + " rows");
  }
  return Ok{};
}

ColumnChunkMetadata DescribeChunk(const EncodedChunk& chunk, const LeafColumn& leaf, Codec codec,
                                  uint64_t offset) {
  ColumnChunkMetadata out;
  out.type = leaf.type;
  out.path = leaf.path;
  out.codec = CodecId(codec);
  for (const DataPageInfo& page : chunk.pages) {
    out.value_count += static_cast<int64_t>(page.value_count);
  }
  out.uncompressed_bytes = static_cast<int64_t>(chunk.uncompressed_bytes);
  out.compressed_bytes = static_cast<int64_t>(chunk.bytes.size());
  out.data_page_offset = static_cast<int64_t>(offset + chunk.data_offset);
  if (chunk.has_dictionary) out.dictionary_page_offset = static_cast<int64_t>(offset);
  out.statistics = DescribeStatistics(chunk);
  out.size_statistics = DescribeSizes(chunk, leaf);
  DescribeEncodings(chunk, &out);
  return out;
}

std::optional<ColumnIndex> BuildColumnIndex(const EncodedChunk& chunk, const LeafColumn& leaf) {
  ColumnIndex index;
  const bool repetition = AllPagesHave(chunk, &DataPageInfo::repetition_histogram);
  const bool definition = AllPagesHave(chunk, &DataPageInfo::definition_histogram);
  for (const DataPageInfo& page : chunk.pages) {
    const bool is_null_page = page.null_count == page.value_count;
    if (!is_null_page && (!page.bounds || !page.bounds->has_max)) return std::nullopt;
    index.null_pages.push_back(is_null_page);
    index.min_values.push_back(is_null_page ? std::string() : page.bounds->min);
    index.max_values.push_back(is_null_page ? std::string() : page.bounds->max);
    index.null_counts.push_back(static_cast<int64_t>(page.null_count));
    const auto append = [](const std::vector<uint64_t>& from, std::vector<int64_t>* to) {
      to->insert(to->end(), from.begin(), from.end());
    };
    if (repetition) append(page.repetition_histogram, &index.repetition_histograms);
    if (definition) append(page.definition_histogram, &index.definition_histograms);
  }
  index.boundary_order = OrderOfPages(chunk, leaf.order);
  return index;
}

OffsetIndex BuildOffsetIndex(const EncodedChunk& chunk, const LeafColumn& leaf, uint64_t offset) {
  OffsetIndex index;
  for (const DataPageInfo& page : chunk.pages) {
    index.pages.push_back({static_cast<int64_t>(offset + page.offset),
                           static_cast<int32_t>(page.size_bytes),
                           static_cast<int64_t>(page.first_row)});
    if (leaf.type == PhysicalType::kByteArray) {
      index.unencoded_byte_array_bytes.push_back(static_cast<int64_t>(page.plain_bytes));
    }
  }
  return index;
}

}  // namespace varve::parquet
