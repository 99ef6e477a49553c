// RowState: what the row kernels work on. Private to parse/: users see RowParser.
#pragma once

#include <cstdint>
#include <string>

#include "etl/parse/late_probes.h"
#include "etl/parse/parse_error.h"
#include "etl/parse/schema_tree.h"

namespace varve {

struct RowState {
  SchemaTree* tree = nullptr;
  bool speculate = true;     // learn shapes and repeat tokens; off: the general parser only
  bool may_change = false;   // the line is known to be valid: the schema may grow to hold it
  bool lost_values = false;  // the row group holds a column whose type changed under way
  bool timestamps_as_strings = false;
  bool pinned = false;  // new keys are not added: refused or rescued
  bool rescue = false;  // what does not fit goes to `rescued` instead of being refused
  int depth_max = 100;
  uint32_t map_keys_max = 1'000;

  uint32_t row = 0;         // number within the row group
  uint32_t row_serial = 0;  // number within the worker's life, from 1
  uint64_t object_serial = 0;

  ParseCode code = ParseCode::kOk;
  const uint8_t* error_at = nullptr;

  LateProbes late;

  std::string decoded;  // scratch for strings with escapes
  std::string rescued;  // JSON members `"path":value,...` of this row
};

// Parses the object at `p` into the columns, without committing the row. Gives the byte after it,
// or null with state->code and error_at set.
using RowKernel = const uint8_t* (*)(RowState* state, const uint8_t* p);

const uint8_t* ParseRowScalar(RowState* state, const uint8_t* p);
const uint8_t* ParseRowSse4(RowState* state, const uint8_t* p);
const uint8_t* ParseRowAvx2(RowState* state, const uint8_t* p);
const uint8_t* ParseRowAvx512(RowState* state, const uint8_t* p);

}  // namespace varve
