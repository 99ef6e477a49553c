// Bounds: minimum and maximum of pages and chunks, in the order Parquet defines for each type.
//
// Spec: ColumnOrder TYPE_ORDER of parquet.thrift. Strings compare by unsigned bytes, which for
// UTF-8 is the order of code points. Thread-safety: pure functions.
#pragma once

#include <cstdint>
#include <string_view>

#include "etl/parquet/chunk.h"
#include "etl/parquet/metadata.h"
#include "model/schema.h"

namespace varve::parquet {

inline constexpr size_t kMaxBoundBytes = 64;

enum class BoundOrder {
  kBool,     // one byte
  kInt32,    // 4 bytes, little-endian
  kInt64,    // 8 bytes, little-endian
  kDouble,   // 8 bytes, little-endian; no NaN
  kBytes,    // unsigned bytes: strings and JSON
  kDecimal,  // FIXED_LEN_BYTE_ARRAY, big-endian two's complement, equal lengths
};

// The order of the values of a leaf of this kind (not kStruct, kList, kMap).
BoundOrder OrderOf(TypeKind kind);

// <0, 0 or >0 as `a` is below, equal to or above `b`.
int CompareBounds(BoundOrder order, std::string_view a, std::string_view b);

Bounds BoolBounds(bool min, bool max);
Bounds Int32Bounds(int32_t min, int32_t max);
Bounds Int64Bounds(int64_t min, int64_t max);
// A zero is written as -0.0 in min and +0.0 in max, as the specification asks. No NaN.
Bounds DoubleBounds(double min, double max);
// UTF-8 text, truncated to kMaxBoundBytes at a character; max is then rounded up, or dropped
// (has_max = false) when no such string of at most that size exists.
Bounds StringBounds(std::string_view min, std::string_view max);
// Both in the stored big-endian form.
Bounds DecimalBounds(std::string_view min, std::string_view max);

// Widens *into so that it holds what `other` holds too.
void MergeBounds(BoundOrder order, const Bounds& other, Bounds* into);

}  // namespace varve::parquet
