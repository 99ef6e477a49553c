// Test helper: the SIMD levels this machine can run, scalar first.
#pragma once

#include <vector>

#include "base/cpu.h"

namespace varve {

inline std::vector<SimdLevel> SupportedSimdLevels() {
  std::vector<SimdLevel> levels;
  for (const SimdLevel level :
       {SimdLevel::kScalar, SimdLevel::kSse4, SimdLevel::kAvx2, SimdLevel::kAvx512}) {
    if (level <= DetectedSimdLevel()) levels.push_back(level);
  }
  return levels;
}

}  // namespace varve
