// RowParser: blocks of NDJSON lines in, encoded row groups out. One worker's whole engine.
//
// Every line ends up exactly once as a row, as a BadLine or as blank. A line is all or nothing:
// what a bad one had appended is rolled back. Output depends on the lines and the schema begun
// with, not on earlier row groups nor on the SIMD level. Thread-safety: none.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/cpu.h"
#include "etl/column/page_settings.h"
#include "etl/parse/parse_error.h"
#include "etl/parse/row_group.h"
#include "etl/schema/observed_schema.h"
#include "etl/source/source.h"

namespace varve {

struct RowParserOptions {
  PageSettings pages;
  bool timestamps_as_strings = false;
  bool pinned = false;  // no new keys: strict, or with `rescue`, rescue mode
  bool rescue = false;
  bool source_columns = false;
  int depth_max = 100;
  uint32_t map_keys_max = 1'000;
  uint32_t row_group_rows = 1'000'000;
  uint64_t quarantine_raw_bytes = 1 << 20;  // of a bad line, kept at most
  SimdLevel simd = ActiveSimdLevel();
  // False: no learning of shapes or repeated tokens; the differential tests' other side.
  bool speculate = true;
};

struct BadLine {
  uint32_t file = 0;
  uint64_t line = 0;          // counted from 0 at the caller's first_line
  uint64_t line_offset = 0;   // of the line in the decompressed file
  uint64_t error_offset = 0;  // of the error
  ParseCode code = ParseCode::kOk;
  uint64_t raw_bytes = 0;  // the line's length without its newline
  std::string raw;         // its first bytes, all of it when not over the limit
};

struct LineCounts {
  uint64_t lines = 0;
  uint64_t rows = 0;
  uint64_t quarantined = 0;
  uint64_t blank = 0;

  void Add(const LineCounts& other) {
    lines += other.lines;
    rows += other.rows;
    quarantined += other.quarantined;
    blank += other.blank;
  }
};

class RowSink {
 public:
  virtual ~RowSink() = default;
  virtual void OnBadLine(BadLine line) = 0;
  virtual void OnRowGroup(RowGroup group) = 0;
};

class RowParser {
 public:
  // Begins with the schema given. `sink` outlives the parser.
  RowParser(const RowParserOptions& options, const ObservedNode& schema, RowSink* sink);
  ~RowParser();
  RowParser(const RowParser&) = delete;

  // Parses every line of `block`. `first_line` is the number (from 0) of its first line in its
  // file, `path` the file's name for `_source`; gives what the block held.
  LineCounts ParseBlock(const Block& block, uint64_t first_line, std::string_view path);

  // Ends the open row group, if it has rows.
  void FinishRowGroup();

  // Only the schema matters from now on: nothing is encoded any more.
  void DiscardOutput();

  // Everything seen so far, the schema begun with included.
  ObservedNode Observed() const;
  size_t column_count() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace varve
