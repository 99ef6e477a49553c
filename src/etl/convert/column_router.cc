#include "etl/convert/column_router.h"

#include <cstring>
#include <functional>
#include <unordered_map>

#include "etl/convert/partition.h"
#include "etl/convert/top_level_value.h"
#include "etl/parse/iso8601.h"
#include "etl/parse/string_token.h"

namespace varve {
namespace {

constexpr int64_t kMicrosPerHour = 3'600'000'000;
constexpr size_t kTokenPadding = 16;  // what ParseTemporal may read
constexpr size_t kTokensRemembered = 1 << 16;
constexpr size_t kTokenBytesRemembered = 256;

// The value of a string token, or nothing when it is none.
std::string DecodedString(std::string_view token) {
  std::string value;
  const std::string_view content = token.substr(1, token.size() - 2);
  if (content.find('\\') == std::string_view::npos) return value.assign(content);
  const auto* begin = reinterpret_cast<const uint8_t*>(content.data());
  if (FindStringEnd(begin).code == ParseCode::kOk) DecodeString(content, &value);
  return value;
}

std::string TimeDirectory(std::string_view token, TimeGrain grain) {
  if (token.empty() || token.front() != '"') return NullDateDirectory(grain);
  std::string value = DecodedString(token);
  const size_t size = value.size();
  value.append(kTokenPadding, '\0');
  const Temporal temporal = ParseTemporal(std::string_view(value).substr(0, size));
  if (temporal.fact == kFactText) return NullDateDirectory(grain);
  if (temporal.fact == kFactDate) return DateDirectory(temporal.value, 0, grain);
  int64_t hours = temporal.value / kMicrosPerHour;
  if (temporal.value % kMicrosPerHour < 0) --hours;
  const int64_t hour = (hours % 24 + 24) % 24;
  return DateDirectory((hours - hour) / 24, static_cast<int>(hour), grain);
}

bool IsScalar(std::string_view token) {
  if (token.empty()) return false;
  const char first = token.front();
  return first == '"' || first == '-' || (first >= '0' && first <= '9') || token == "true" ||
         token == "false";
}

struct TextHash {
  using is_transparent = void;
  size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
};
using IndexOfText = std::unordered_map<std::string, uint32_t, TextHash, std::equal_to<>>;

class Router {
 public:
  Router(size_t input_count, const PartitionSpec& spec, ColumnRoutes* routes)
      : spec_(spec), routes_(routes) {
    routes_->lines.counts.resize(input_count);
  }

  Status RouteBlock(const Block& block) {
    if (block.oversized) {
      RouteOversized(block);
      return Ok{};
    }
    LineCounts& counts = routes_->lines.counts[block.file];
    const char* const end = block.data + block.size;
    for (const char* line = block.data; line < end;) {
      const void* newline = std::memchr(line, '\n', static_cast<size_t>(end - line));
      const char* const line_end = newline != nullptr ? static_cast<const char*>(newline) : end;
      const std::string_view text(line, static_cast<size_t>(line_end - line));
      if (text.find_first_not_of(" \t\r") == std::string_view::npos) {
        ++counts.blank;
      } else {
        const uint64_t offset = block.file_offset + static_cast<uint64_t>(line - block.data);
        const uint32_t partition = PartitionOf(TopLevelValue(text, spec_.column));
        VARVE_RETURN_IF_ERROR(
            routes_->spill->Add(partition, text, {block.file, counts.lines, offset}));
      }
      ++counts.lines;
      line = line_end + 1;
    }
    return Ok{};
  }

 private:
  // A line that is never read whole belongs to no partition.
  void RouteOversized(const Block& block) {
    LineCounts& counts = routes_->lines.counts[block.file];
    BadLine bad;
    bad.file = block.file;
    bad.line = counts.lines++;
    bad.line_offset = bad.error_offset = block.file_offset;
    bad.code = ParseCode::kLineTooLong;
    bad.raw_bytes = block.line_bytes - 1;
    ++counts.quarantined;
    routes_->lines.bad_lines.push_back(std::move(bad));
  }

  uint32_t PartitionOf(std::string_view token) {
    if (token == last_token_) return last_partition_;
    const auto known = partition_of_token_.find(token);
    if (known == partition_of_token_.end()) {
      last_partition_ = PartitionAt(PartitionDirectory(spec_, token));
      // Timestamps may all differ, so what is remembered is bounded.
      if (partition_of_token_.size() >= kTokensRemembered) partition_of_token_.clear();
      if (token.size() <= kTokenBytesRemembered) {
        partition_of_token_.emplace(token, last_partition_);
      }
    } else {
      last_partition_ = known->second;
    }
    last_token_ = token;
    return last_partition_;
  }

  uint32_t PartitionAt(std::string directory) {
    const auto known = partition_of_directory_.find(directory);
    if (known != partition_of_directory_.end()) return known->second;
    const uint32_t partition = routes_->spill->AddPartition();
    routes_->directories.push_back(directory);
    partition_of_directory_.emplace(std::move(directory), partition);
    return partition;
  }

  const PartitionSpec& spec_;
  ColumnRoutes* routes_;
  IndexOfText partition_of_token_;
  IndexOfText partition_of_directory_;
  std::string last_token_ = "\n";  // none
  uint32_t last_partition_ = 0;
};

}  // namespace

std::string PartitionDirectory(const PartitionSpec& spec, std::string_view token) {
  if (spec.grain != TimeGrain::kNone) return TimeDirectory(token, spec.grain);
  if (!IsScalar(token)) return HiveComponent(spec.column, "");
  return HiveComponent(spec.column,
                       token.front() == '"' ? DecodedString(token) : std::string(token));
}

Result<ColumnRoutes> RouteByColumn(Source* source, size_t input_count, const PartitionSpec& spec,
                                   const std::string& parent, uint64_t buffer_bytes,
                                   Progress* progress, const std::atomic<bool>* cancel) {
  ColumnRoutes routes;
  VARVE_ASSIGN_OR_RETURN(routes.spill, Spill::Create(parent, buffer_bytes));
  Router router(input_count, spec, &routes);
  // In order, by one thread: rows keep the order of the input.
  while (const std::unique_ptr<SegmentReader> segment = source->Claim()) {
    Block block;
    while (segment->Next(&block)) {
      VARVE_RETURN_IF_ERROR(router.RouteBlock(block));
      if (progress != nullptr) {
        progress->bytes_done.store(source->stored_bytes_read(), std::memory_order_relaxed);
      }
    }
  }
  if (cancel != nullptr && cancel->load(std::memory_order_relaxed)) {
    return Error{Code::kCancelled, "interrupted; nothing was written"};
  }
  VARVE_RETURN_IF_ERROR(routes.spill->Finish());
  for (uint32_t partition = 0; partition < routes.spill->partition_count(); ++partition) {
    routes.lines.origin_paths.push_back(routes.spill->OriginsPath(partition));
  }
  return routes;
}

}  // namespace varve
