// Test helper: runs RowParser over text and keeps everything that comes out, in comparable form.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "etl/parse/row_parser.h"

namespace varve {

struct ParsedLines {
  LineCounts counts;
  std::vector<BadLine> bad_lines;
  std::vector<RowGroup> row_groups;
  ObservedNode observed;
};

// Parses `text` as blocks of up to `lines_per_block` lines. Each block lives in memory of exactly
// its size and padding, so that a sanitizer sees every read beyond it.
ParsedLines ParseLines(std::string_view text, const RowParserOptions& options,
                       const ObservedNode& schema = {}, size_t lines_per_block = SIZE_MAX);

// Everything a row group holds, as text: equal texts mean equal columns, byte for byte.
std::string Describe(const RowGroup& group);
std::string Describe(const std::vector<RowGroup>& groups);
// "LINE:CODE@OFFSET" of every bad line.
std::string Describe(const std::vector<BadLine>& bad_lines);

// The schema that was observed, as far as it may show: what is below JSON text is left out.
// `positions`: with the places of keys, which order the columns.
std::string Describe(const ObservedNode& node, uint32_t map_keys_max = 1'000,
                     bool positions = true);

}  // namespace varve
