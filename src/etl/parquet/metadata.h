// The structs of parquet.thrift (apache/parquet-format 2.10) that varve writes and reads.
//
// Plain values. Enumerations a foreign file may extend (encodings, codecs, converted types) are
// kept as the numbers of the file; *Name() gives the specification's name for them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "etl/encode/codec.h"

namespace varve::parquet {

enum class PhysicalType : int32_t {
  kBoolean = 0,
  kInt32 = 1,
  kInt64 = 2,
  kInt96 = 3,
  kFloat = 4,
  kDouble = 5,
  kByteArray = 6,
  kFixedLenByteArray = 7,
};

enum class Repetition : int32_t { kRequired = 0, kOptional = 1, kRepeated = 2 };

enum class PageType : int32_t { kData = 0, kIndex = 1, kDictionary = 2, kDataV2 = 3 };

enum class BoundaryOrder : int32_t { kUnordered = 0, kAscending = 1, kDescending = 2 };

namespace converted_type {
inline constexpr int32_t kUtf8 = 0;
inline constexpr int32_t kMap = 1;
inline constexpr int32_t kList = 3;
inline constexpr int32_t kDecimal = 5;
inline constexpr int32_t kDate = 6;
inline constexpr int32_t kTimestampMicros = 10;
inline constexpr int32_t kJson = 19;
}  // namespace converted_type

// Field numbers of the LogicalType union.
enum class LogicalKind : int32_t {
  kString = 1,
  kMap = 2,
  kList = 3,
  kEnum = 4,
  kDecimal = 5,
  kDate = 6,
  kTime = 7,
  kTimestamp = 8,
  kInteger = 10,
  kUnknown = 11,
  kJson = 12,
  kBson = 13,
  kUuid = 14,
  kFloat16 = 15,
};

enum class TimeUnit : int32_t { kMillis = 1, kMicros = 2, kNanos = 3 };

struct LogicalType {
  LogicalKind kind = LogicalKind::kString;  // a number outside the enum in files newer than it
  int32_t scale = 0;                        // kDecimal
  int32_t precision = 0;                    // kDecimal
  bool is_adjusted_to_utc = false;          // kTime, kTimestamp
  TimeUnit unit = TimeUnit::kMicros;        // kTime, kTimestamp
  int32_t bit_width = 0;                    // kInteger
  bool is_signed = true;                    // kInteger

  bool operator==(const LogicalType&) const = default;
};

struct SchemaElement {
  std::optional<PhysicalType> type;  // absent: a group
  int32_t type_length = 0;           // kFixedLenByteArray
  Repetition repetition = Repetition::kRequired;
  std::string name;
  int32_t num_children = 0;
  std::optional<int32_t> converted_type;
  int32_t scale = 0;
  int32_t precision = 0;
  std::optional<LogicalType> logical_type;

  bool operator==(const SchemaElement&) const = default;
};

struct Statistics {
  std::optional<std::string> min_value;
  std::optional<std::string> max_value;
  std::optional<bool> is_min_value_exact;
  std::optional<bool> is_max_value_exact;
  std::optional<int64_t> null_count;
  std::optional<int64_t> distinct_count;
};

struct SizeStatistics {
  std::optional<int64_t> unencoded_byte_array_bytes;
  std::vector<int64_t> repetition_histogram;
  std::vector<int64_t> definition_histogram;
};

struct PageEncodingStats {
  PageType page_type = PageType::kData;
  int32_t encoding = 0;
  int32_t count = 0;

  bool operator==(const PageEncodingStats&) const = default;
};

struct KeyValue {
  std::string key;
  std::string value;

  bool operator==(const KeyValue&) const = default;
};

// A stretch of the file; offset is absolute.
struct FileRange {
  int64_t offset = 0;
  int32_t size_bytes = 0;
};

struct ColumnChunkMetadata {
  PhysicalType type = PhysicalType::kBoolean;
  std::vector<int32_t> encodings;
  std::vector<std::string> path;
  int32_t codec = 0;
  int64_t value_count = 0;  // levels, nulls included
  int64_t uncompressed_bytes = 0;
  int64_t compressed_bytes = 0;
  int64_t data_page_offset = 0;
  std::optional<int64_t> dictionary_page_offset;
  std::optional<Statistics> statistics;
  std::vector<PageEncodingStats> encoding_stats;
  std::optional<SizeStatistics> size_statistics;
  std::optional<FileRange> bloom_filter;
  std::optional<FileRange> column_index;
  std::optional<FileRange> offset_index;

  // Of the first page, whichever it is.
  int64_t first_page_offset() const {
    return dictionary_page_offset && *dictionary_page_offset < data_page_offset
               ? *dictionary_page_offset
               : data_page_offset;
  }
};

struct RowGroupMetadata {
  std::vector<ColumnChunkMetadata> columns;
  int64_t total_bytes = 0;  // uncompressed
  int64_t row_count = 0;
  std::optional<int64_t> file_offset;
  std::optional<int64_t> compressed_bytes;
  std::optional<int32_t> ordinal;
};

struct FileMetadata {
  int32_t version = 2;
  std::vector<SchemaElement> schema;  // the root first, then depth first
  int64_t row_count = 0;
  std::vector<RowGroupMetadata> row_groups;
  std::vector<KeyValue> key_values;
  std::string created_by;
  size_t column_order_count = 0;  // columns that declare TYPE_ORDER
};

struct ColumnIndex {
  std::vector<bool> null_pages;
  std::vector<std::string> min_values;
  std::vector<std::string> max_values;
  BoundaryOrder boundary_order = BoundaryOrder::kUnordered;
  std::vector<int64_t> null_counts;
  std::vector<int64_t> repetition_histograms;  // page after page
  std::vector<int64_t> definition_histograms;
};

struct PageLocation {
  int64_t offset = 0;
  int32_t size_bytes = 0;  // header and compressed body
  int64_t first_row = 0;   // within the row group
};

struct OffsetIndex {
  std::vector<PageLocation> pages;
  std::vector<int64_t> unencoded_byte_array_bytes;
};

// The number of `codec` in parquet.thrift, and back where varve knows the codec.
int32_t CodecId(Codec codec);
std::optional<Codec> CodecFromId(int32_t id);

std::string CodecIdName(int32_t id);
std::string EncodingName(int32_t encoding);
std::string PhysicalTypeName(PhysicalType type);
std::string PageTypeName(PageType type);

}  // namespace varve::parquet
