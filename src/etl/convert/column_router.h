// ColumnRouter: sorts the lines of all inputs into spill files, one a partition, by the value of a
// top-level key.
//
// Lines are routed raw, before they are parsed: what follows is an ordinary conversion of the spill
// files, one partition group each. Lines keep the order of the input within their partition. See
// docs/decisions/0008-routing-raw-lines.md.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "etl/convert/convert.h"
#include "etl/convert/line_origins.h"
#include "etl/convert/spill.h"
#include "etl/source/source.h"

namespace varve {

// A partition's directory for the value `token` (source text as TopLevelValue gives it). Strings
// are decoded; numbers and booleans stand as they are written; anything else goes to the null
// partition, and with a grain so does what is no date or timestamp.
std::string PartitionDirectory(const PartitionSpec& spec, std::string_view token);

struct ColumnRoutes {
  std::unique_ptr<Spill> spill;          // of each partition its lines
  std::vector<std::string> directories;  // of each partition
  RoutedLines lines;
};

// Reads `source` (of `input_count` inputs) to its end. Inputs that fail under way are reported by
// the source alone: the routes are useless then. Spills into `parent`, buffering at most
// `buffer_bytes`. kCancelled on cancel.
Result<ColumnRoutes> RouteByColumn(Source* source, size_t input_count, const PartitionSpec& spec,
                                   const std::string& parent, uint64_t buffer_bytes,
                                   Progress* progress, const std::atomic<bool>* cancel);

}  // namespace varve
