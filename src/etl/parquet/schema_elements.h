// From varve's Schema to Parquet's: the flattened element list and the leaf columns.
//
// Every field is OPTIONAL; lists are the 3-level LIST form, maps the key_value form with required
// string keys. Spec: LogicalTypes.md of apache/parquet-format 2.10. Thread-safety: pure functions.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "etl/parquet/bounds.h"
#include "etl/parquet/metadata.h"
#include "model/schema.h"

namespace varve::parquet {

inline constexpr int kMaxLevel = 255;  // levels are kept in one byte

struct LeafColumn {
  std::vector<std::string> path;
  PhysicalType type = PhysicalType::kByteArray;
  int type_length = 0;  // kFixedLenByteArray
  int max_definition_level = 0;
  int max_repetition_level = 0;
  BoundOrder order = BoundOrder::kBytes;
  const Field* field = nullptr;  // into the Schema; for a map's key the map itself
  bool is_map_key = false;
};

struct ParquetSchema {
  std::vector<SchemaElement> elements;  // root first, depth first
  std::vector<LeafColumn> leaves;       // depth first; point into the Schema given
};

// kInvalidArgument for a struct without children (Parquet has no empty groups), a list or map
// without its element, or a decimal of no valid precision and scale; kLimit for levels above
// kMaxLevel.
Result<ParquetSchema> BuildParquetSchema(const Schema& schema);

// Bytes of the FIXED_LEN_BYTE_ARRAY of a decimal: the fewest that hold `precision` (1..38) digits.
int DecimalBytes(int precision);

}  // namespace varve::parquet
