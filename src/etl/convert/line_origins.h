// LineOrigins: where the lines a pass reads stood in the inputs of the conversion.
//
// Conversions that read their inputs as they are have none. When lines were routed into spill files
// first, a pass reads those, and everything that is said of a line (errors, accounting, `_source`,
// `_line`, the footer's sources) goes through this. "Spill file" is an index into the pass's
// inputs, "input" one into those that were routed.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "etl/convert/dataset_writer.h"
#include "etl/convert/origin_log.h"
#include "etl/convert/pass.h"

namespace varve {

// A spill file begins with an empty line, which has no origin.
inline constexpr uint64_t kSpillHeaderBytes = 1;

// What routing found. Immutable once made; thread-safe.
struct RoutedLines {
  std::vector<std::string> origin_paths;  // of each spill file
  std::vector<LineCounts> counts;         // of each input: all its lines, those not spilled sorted
  std::vector<BadLine> bad_lines;         // not spilled; `line` from 0 in the input
};

// Gives the results of one pass back to the inputs. Thread-safety: one thread at a time.
class OriginResolver {
 public:
  explicit OriginResolver(const RoutedLines* routed) : routed_(routed) {}

  // Rewrites `files` and `bad_lines` (whose `line` becomes absolute) of the next segment to speak
  // of inputs; gives the lines it held. Rows and quarantined lines only are counted: the rest was
  // when lines were routed.
  Result<std::vector<LineRange>> Resolve(SegmentResult* result);

 private:
  const RoutedLines* routed_;
  std::optional<uint32_t> spill_file_;
  std::optional<OriginReader> reader_;
};

}  // namespace varve
