// ZstdInflater: the same verdict and the same bytes, however the input arrives.
#include <cstdint>
#include <string_view>

#include "etl/source/inflate_zstd.h"
#include "inflate_all.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace varve;  // NOLINT: one function
  if (size < 3) return 0;
  const size_t input_step = data[0] == 0 ? SIZE_MAX : data[0];
  const size_t output_step = data[1] + 1u;
  const std::string_view stored(reinterpret_cast<const char*>(data) + 2, size - 2);
  const Inflated whole = InflateAll<ZstdInflater>(stored, SIZE_MAX, 1 << 16);
  const Inflated stepped = InflateAll<ZstdInflater>(stored, input_step, output_step);
  if (whole.cut || stepped.cut) return 0;
  // Verdicts may differ only where a frame says a wrong content size: libzstd 1.5.4 overlooks that
  // when a streamed frame ends with an empty block.
  const Inflated& shorter = whole.text.size() < stepped.text.size() ? whole : stepped;
  const Inflated& longer = whole.text.size() < stepped.text.size() ? stepped : whole;
  FUZZ_REQUIRE(longer.text.starts_with(shorter.text));
  if (whole.ok && stepped.ok) FUZZ_REQUIRE(stepped.text == whole.text);
  return 0;
}
