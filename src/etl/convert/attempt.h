// Attempt: takes the segments of one pass and makes the dataset of them, or finds that the inputs
// have to be read again.
//
// Until the schema is certain, finished row groups are held back in memory, within a bound: then a
// key that appears late costs nothing. When the bound is reached the schema is frozen as it is
// known by then and row groups are written as they come.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "etl/convert/convert.h"
#include "etl/convert/dataset_writer.h"
#include "etl/convert/line_origins.h"
#include "etl/convert/output_schema.h"
#include "etl/convert/pass.h"
#include "etl/convert/quarantine.h"

namespace varve {

struct AttemptOptions {
  OutputSchemaOptions schema;
  PageSettings pages;
  std::vector<std::string> directories;  // of the partition groups
  std::vector<std::string> names;        // of the inputs, as they are reported
  std::vector<uint32_t> input_of;        // index into ConvertOptions::inputs of each of them
  const RoutedLines* routed = nullptr;   // when the pass reads spill files; outlives the attempt
  bool schema_is_final = false;          // nothing can change it: write from the start
  bool writes = true;                    // false: only the schema and the counts are wanted
  uint64_t held_bytes_max = 256 << 20;
};

class Attempt : public PassConsumer {
 public:
  Attempt(const ConvertOptions& options, AttemptOptions attempt, ObservedNode schema);

  // Before the pass.
  Status Begin();
  Status OnSegment(SegmentResult result) override;
  bool WantsOutput() const override { return attempt_.writes && !must_repeat_; }
  uint64_t LinesBefore(uint32_t file) const override { return counts_[file].lines; }
  void OnObserved(const ObservedNode& observed) override { observed_.Merge(observed); }

  // After the pass: settles the schema and writes what was held back. Afterwards must_repeat()
  // tells whether the dataset is complete.
  Status Finish();
  bool must_repeat() const { return must_repeat_; }
  Status Publish();

  const ObservedNode& observed() const { return observed_; }
  const std::vector<LineCounts>& counts() const { return counts_; }
  // Fills rows, outputs, errors, schema and the like; `failed` inputs are left out.
  void Summarise(ConvertSummary* summary) const;

 private:
  struct Held {
    uint32_t group;
    RowGroup rows;
    std::vector<LineRange> sources;
  };

  Result<std::vector<LineRange>> Locate(SegmentResult* result);
  Status RecordBadLines(const std::vector<BadLine>& bad_lines);
  Status Freeze();
  Status Write(Held held);
  uint64_t BytesOf(const RowGroupNode& node) const;

  const ConvertOptions& options_;
  const AttemptOptions attempt_;
  ObservedNode observed_;
  std::vector<LineCounts> counts_;
  std::optional<OriginResolver> origins_;
  std::vector<LineError> errors_;
  uint64_t numbers_rounded_ = 0;
  QuarantineWriter quarantine_;
  std::deque<Held> held_;
  uint64_t held_bytes_ = 0;
  bool must_repeat_ = false;
  ObservedNode frozen_observed_;
  std::optional<OutputSchema> frozen_;
  std::unique_ptr<DatasetWriter> writer_;
  PageScratch scratch_;
};

}  // namespace varve
