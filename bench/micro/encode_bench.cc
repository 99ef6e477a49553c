// Kernels that every page goes through: bit packing, the RLE hybrid, levels, snappy.
//
// The SIMD level is an argument, so that one run shows what each level is worth; a level that this
// CPU has not is skipped.

#include <benchmark/benchmark.h>

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "base/buffer.h"
#include "base/cpu.h"
#include "etl/encode/bit_pack.h"
#include "etl/encode/compress.h"
#include "etl/encode/rle_hybrid.h"

namespace varve {
namespace {

constexpr size_t kPageValues = 20'000;
constexpr size_t kPageBytes = 1 << 20;

// Dictionary indices below 2^bit_width; mean_run values in a row are equal.
std::vector<uint16_t> MakeIndices(int bit_width, int mean_run) {
  std::mt19937 random(7);
  std::vector<uint16_t> indices;
  while (indices.size() < kPageValues) {
    const auto value = static_cast<uint16_t>(random() & ((1u << bit_width) - 1));
    const size_t run = mean_run == 1 ? 1 : 1 + random() % (2 * static_cast<unsigned>(mean_run) - 1);
    indices.insert(indices.end(), run, value);
  }
  indices.resize(kPageValues);
  return indices;
}

// Log text: half of it repeats within the compressor's window.
std::string MakeText() {
  std::mt19937 random(7);
  std::string text;
  while (text.size() < kPageBytes) {
    text += "GET /api/v1/orders/" + std::to_string(random()) + " 200 ";
    text += std::to_string(random() % 900) + "ms\n";
  }
  text.resize(kPageBytes);
  return text;
}

bool SkipUnlessSupported(benchmark::State& state, SimdLevel level) {
  if (level <= DetectedSimdLevel()) return false;
  state.SkipWithError("this CPU has no such level");
  return true;
}

void BM_BitPack(benchmark::State& state) {
  const auto bit_width = static_cast<int>(state.range(0));
  const auto level = static_cast<SimdLevel>(state.range(1));
  if (SkipUnlessSupported(state, level)) return;
  const std::vector<uint16_t> indices = MakeIndices(bit_width, 1);
  std::vector<uint8_t> out(kPageValues * 2 + kBitPackSlackBytes);
  for (auto _ : state) {
    BitPack(indices.data(), kPageValues / 8, bit_width, out.data(), level);
    benchmark::DoNotOptimize(out.data());
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations() * kPageValues));
}
BENCHMARK(BM_BitPack)->ArgNames({"bits", "simd"})->ArgsProduct({{1, 4, 7, 10, 13}, {0, 1, 2, 3}});

void BM_RleHybrid(benchmark::State& state) {
  const auto bit_width = static_cast<int>(state.range(0));
  const auto level = static_cast<SimdLevel>(state.range(2));
  if (SkipUnlessSupported(state, level)) return;
  const std::vector<uint16_t> indices = MakeIndices(bit_width, static_cast<int>(state.range(1)));
  Buffer out;
  for (auto _ : state) {
    out.Clear();
    AppendRleHybrid(indices.data(), indices.size(), bit_width, /*patience=*/1, &out, level);
    benchmark::ClobberMemory();
  }
  state.counters["bytes"] = static_cast<double>(out.size());
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations() * kPageValues));
}
BENCHMARK(BM_RleHybrid)
    ->ArgNames({"bits", "run", "simd"})
    ->ArgsProduct({{4, 10}, {1, 12, 200}, {0, 2, 3}});

// A nullable column's definition levels: the cost is per run.
void BM_LevelRuns(benchmark::State& state) {
  const auto mean_run = static_cast<uint64_t>(state.range(0));
  Buffer out;
  for (auto _ : state) {
    out.Clear();
    LevelRunEncoder encoder(1, &out);
    uint32_t level = 0;
    for (uint64_t row = 0; row < kPageValues; row += mean_run) {
      encoder.Add(level, mean_run);
      level ^= 1;
    }
    encoder.Finish();
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations() * kPageValues));
}
BENCHMARK(BM_LevelRuns)->ArgName("run")->Arg(1)->Arg(10)->Arg(1000)->Arg(20'000);

void BM_SnappyPage(benchmark::State& state) {
  const std::string text = MakeText();
  Buffer out;
  for (auto _ : state) {
    out.Clear();
    const auto* bytes = reinterpret_cast<const uint8_t*>(text.data());
    if (!Compress(Codec::kSnappy, 0, {bytes, text.size()}, &out).ok()) {
      state.SkipWithError("compression failed");
      return;
    }
    benchmark::ClobberMemory();
  }
  state.counters["ratio"] = static_cast<double>(text.size()) / static_cast<double>(out.size());
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * text.size()));
}
BENCHMARK(BM_SnappyPage);

}  // namespace
}  // namespace varve
