// Which SIMD kernels this process runs: the best the CPU has, or what VARVE_SIMD forces.
//
// Every kernel gives the same bytes at every level (simd tests prove it); the level changes speed
// only. Thread-safety: all functions may be called from any thread.
#pragma once

#include <optional>
#include <string_view>

namespace varve {

enum class SimdLevel { kScalar = 0, kSse4 = 1, kAvx2 = 2, kAvx512 = 3 };

// "scalar", "sse4", "avx2", "avx512".
std::string_view SimdLevelName(SimdLevel level);
std::optional<SimdLevel> ParseSimdLevel(std::string_view name);

// The best level this CPU and operating system support.
SimdLevel DetectedSimdLevel();

// DetectedSimdLevel(), or the level named by the environment variable VARVE_SIMD when that is set,
// known and supported. Read once, at the first call.
SimdLevel ActiveSimdLevel();

}  // namespace varve
