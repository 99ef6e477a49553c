// Schema inference must not depend on the order of lines, nor on how they are split over workers.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "etl/parse/testing/parse_lines.h"
#include "require.h"

namespace varve {
namespace {

constexpr uint32_t kMapKeysMax = 6;

std::string Joined(const std::vector<std::string_view>& lines) {
  std::string text;
  for (const std::string_view line : lines) text.append(line).append("\n");
  return text;
}

ObservedNode Infer(const std::vector<std::string_view>& lines, uint8_t choice) {
  RowParserOptions options;
  options.map_keys_max = kMapKeysMax;
  options.depth_max = 10;
  options.pages.discard = true;
  options.simd = std::min(static_cast<SimdLevel>(choice & 3), DetectedSimdLevel());
  return ParseLines(Joined(lines), options).observed;
}

}  // namespace
}  // namespace varve

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace varve;  // NOLINT: one function
  if (size < 2) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 2, size - 2);
  std::vector<std::string_view> lines;
  for (size_t begin = 0; begin < text.size();) {
    const size_t newline = std::min(text.find('\n', begin), text.size());
    lines.push_back(text.substr(begin, newline - begin));
    begin = newline + 1;
  }
  if (lines.size() < 2) return 0;
  const std::string forward = Describe(Infer(lines, data[0]), kMapKeysMax);
  const size_t split = data[1] % lines.size();
  ObservedNode halves =
      Infer({lines.begin() + static_cast<ptrdiff_t>(split), lines.end()}, data[0]);
  halves.Merge(Infer({lines.begin(), lines.begin() + static_cast<ptrdiff_t>(split)}, data[0]));
  FUZZ_REQUIRE(Describe(halves, kMapKeysMax) == forward);
  std::reverse(lines.begin(), lines.end());
  FUZZ_REQUIRE(Describe(Infer(lines, data[0]), kMapKeysMax) == forward);
  std::rotate(lines.begin(), lines.begin() + static_cast<ptrdiff_t>(split), lines.end());
  FUZZ_REQUIRE(Describe(Infer(lines, data[0]), kMapKeysMax) == forward);
  return 0;
}
