// What a type's parameters may be, shared by every place that reads them from people.
#pragma once

#include <string_view>

namespace varve {

inline constexpr int kDecimalPrecisionMax = 38;  // 16 bytes: what every reader supports
inline constexpr int kSchemaDepthMax = 100;      // nesting of structs, lists and maps

// Empty when decimal(precision, scale) is fine, else what is wrong.
constexpr std::string_view DecimalProblem(int precision, int scale) {
  if (precision < 1 || precision > kDecimalPrecisionMax) return "precision must be from 1 to 38";
  if (scale < 0 || scale > precision) return "scale must be from 0 to the precision";
  return {};
}

}  // namespace varve
