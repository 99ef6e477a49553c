// RowParser at one SIMD level, with and without speculation, against each other and against an
// independent JSON parser: the same lines are rows, the same columns come out.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "etl/parse/testing/parse_lines.h"
#include "etl/parse/testing/strict_json.h"
#include "require.h"

namespace varve {
namespace {

constexpr int kDepthMax = 12;
constexpr uint32_t kMapKeysMax = 20;

RowParserOptions OptionsOf(uint8_t choice) {
  RowParserOptions options;
  options.depth_max = kDepthMax;
  options.map_keys_max = kMapKeysMax;
  options.simd = std::min(static_cast<SimdLevel>(choice & 3), DetectedSimdLevel());
  options.timestamps_as_strings = (choice & 4) != 0;
  options.source_columns = (choice & 8) != 0;
  if ((choice & 16) != 0) options.row_group_rows = 3;
  options.pages.codec = Codec::kNone;
  return options;
}

// Keys of the root that hold maps: one of anything, one of maps.
ObservedNode SchemaOf(uint8_t choice) {
  if ((choice & 32) == 0) return {};
  Field unknown;
  unknown.name = unknown.source_name = "value";
  Field map = unknown;
  map.kind = TypeKind::kMap;
  map.children = {unknown};
  Field outer = map;
  outer.children = {map};
  map.name = map.source_name = "m";
  outer.name = outer.source_name = "n";
  return ObserveSchema(Schema{{map, outer}}, /*pinned=*/false);
}

void CheckVerdicts(std::string_view text, const ParsedLines& parsed) {
  LineCounts expected;
  std::vector<uint64_t> bad;
  for (size_t begin = 0; begin < text.size();) {
    const size_t newline = std::min(text.find('\n', begin), text.size());
    const std::string_view line = text.substr(begin, newline - begin);
    if (IsBlankLine(line)) {
      ++expected.blank;
    } else if (IsStrictRow(line, kDepthMax)) {
      ++expected.rows;
    } else {
      ++expected.quarantined;
      bad.push_back(expected.lines);
    }
    ++expected.lines;
    begin = newline + 1;
  }
  FUZZ_REQUIRE(parsed.counts.lines == expected.lines);
  FUZZ_REQUIRE(parsed.counts.blank == expected.blank);
  FUZZ_REQUIRE(parsed.counts.rows == expected.rows);
  FUZZ_REQUIRE(parsed.counts.quarantined == expected.quarantined);
  FUZZ_REQUIRE(parsed.bad_lines.size() == bad.size());
  for (size_t i = 0; i < bad.size(); ++i) FUZZ_REQUIRE(parsed.bad_lines[i].line == bad[i]);
}

}  // namespace
}  // namespace varve

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace varve;  // NOLINT: one function
  if (size < 2) return 0;
  RowParserOptions options = OptionsOf(data[0]);
  const size_t lines_per_block = data[1] == 0 ? SIZE_MAX : data[1];
  const std::string_view text(reinterpret_cast<const char*>(data) + 2, size - 2);
  RowParserOptions general = options;
  general.speculate = false;
  general.simd = SimdLevel::kScalar;

  const ObservedNode given = SchemaOf(data[0]);
  const ParsedLines parsed = ParseLines(text, options, given, lines_per_block);
  CheckVerdicts(text, parsed);
  const ParsedLines slow = ParseLines(text, general, given, lines_per_block);
  FUZZ_REQUIRE(Describe(parsed.bad_lines) == Describe(slow.bad_lines));
  FUZZ_REQUIRE(Describe(parsed.row_groups) == Describe(slow.row_groups));
  FUZZ_REQUIRE(Describe(parsed.observed, kMapKeysMax) == Describe(slow.observed, kMapKeysMax));

  // Once more under the final schema: nothing may be lost any more.
  const ParsedLines second = ParseLines(text, options, parsed.observed, lines_per_block);
  FUZZ_REQUIRE(Describe(second.bad_lines) == Describe(parsed.bad_lines));
  FUZZ_REQUIRE(Describe(second.observed, kMapKeysMax) == Describe(parsed.observed, kMapKeysMax));
  for (const RowGroup& group : second.row_groups) FUZZ_REQUIRE(!group.lost_values);
  const ParsedLines second_slow = ParseLines(text, general, parsed.observed, lines_per_block);
  FUZZ_REQUIRE(Describe(second.row_groups) == Describe(second_slow.row_groups));
  return 0;
}
