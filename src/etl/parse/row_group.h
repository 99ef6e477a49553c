// RowGroup: one finished row group as a worker hands it over, before the final schema is known.
//
// The columns are encoded; what another row group may still add is only columns that are all null
// here, and those can be made from the presence of the nodes around them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "etl/column/presence.h"
#include "etl/parquet/chunk.h"
#include "model/schema.h"

namespace varve {

struct RowGroupNode {
  std::string key;  // source key; empty for what lists and maps hold and the root
  TypeKind kind = TypeKind::kUnknown;                 // as encoded here; kUnknown: only nulls
  bool has_values = false;                            // anything but null
  parquet::EncodedChunk chunk;                        // scalars and JSON text
  Presence presence;                                  // kStruct, kList, kMap
  std::vector<uint32_t> list_lengths;                 // kList, kMap
  std::vector<std::unique_ptr<RowGroupNode>> fields;  // kStruct
  std::unique_ptr<RowGroupNode> element;              // kList; kMap: the values
  parquet::EncodedChunk keys;                         // kMap
};

struct RowGroup {
  uint32_t rows = 0;
  bool lost_values = false;  // a column changed its type under way: only good for its schema
  uint64_t numbers_rounded = 0;
  RowGroupNode root;
  // Columns that do not come from keys: `_source`, `_line`, `_rescued`, in this order, as asked.
  std::vector<parquet::EncodedChunk> extra;
};

}  // namespace varve
