// Pass: one reading of all inputs by all workers, its results taken in input order.
//
// Workers claim segments and parse them on their own; what a segment gave is handed to the consumer
// strictly in order, so nothing downstream depends on the thread count. A worker that is far ahead
// of the slowest waits, which bounds memory.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "etl/convert/convert.h"
#include "etl/parse/row_parser.h"
#include "etl/schema/observed_schema.h"
#include "etl/source/source.h"

namespace varve {

struct FileCounts {
  uint32_t file = 0;
  LineCounts counts;
};

struct RoutedLines;

struct SegmentResult {
  uint32_t group = 0;
  std::vector<RowGroup> row_groups;
  std::vector<FileCounts> files;   // in order; only those that had lines
  std::vector<BadLine> bad_lines;  // line numbers within the segment's part of the file
};

struct PassOptions {
  RowParserOptions parser;
  int threads = 1;
  uint32_t columns_max = 10'000;
  // Ask for absolute line numbers while parsing: segments of one input then run one by one.
  bool needs_line_numbers = false;
  // With source columns of lines that were routed: where they came from. Outlives the pass.
  const RoutedLines* routed = nullptr;
  std::vector<std::string> origin_names;  // of the inputs that were routed
};

class PassConsumer {
 public:
  virtual ~PassConsumer() = default;
  // Segments in order, from one thread at a time. An error ends the pass.
  virtual Status OnSegment(SegmentResult result) = 0;
  // Whether encoding is still worth while; false once the pass is known to be repeated.
  virtual bool WantsOutput() const = 0;
  // Lines of `file` in the segments before the one that is next.
  virtual uint64_t LinesBefore(uint32_t file) const = 0;
  // Called after each segment with what its worker has seen up to now.
  virtual void OnObserved(const ObservedNode& observed) = 0;
};

// Runs the pass. kCancelled on cancel, kLimit when there are too many columns.
Status RunPass(Source* source, const std::vector<std::string>& inputs, const ObservedNode& schema,
               const PassOptions& options, PassConsumer* consumer, Progress* progress,
               const std::atomic<bool>* cancel);

}  // namespace varve
