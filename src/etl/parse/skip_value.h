// The general parser: walks any JSON value, checking all that varve demands of a line.
//
// It keeps nothing: the row kernel uses it for JSON-text columns and to make sure, before the
// schema is changed, that the line that wants the change is valid. Scalar, recursive up to the
// depth limit.
#pragma once

#include <cstdint>

#include "etl/parse/parse_error.h"

namespace varve {

struct SkipResult {
  ParseCode code = ParseCode::kOk;
  const uint8_t* end = nullptr;  // after the value; on error, the offending byte
};

// `p` is at the first byte of a value, `depth` levels of nesting already around it. The line's
// newline and padding follow, as in Block.
SkipResult SkipValue(const uint8_t* p, int depth, int depth_max);

}  // namespace varve
