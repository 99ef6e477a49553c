// ISO 8601 dates and times, in the extended forms that hold an instant exactly in microseconds:
// YYYY-MM-DD, YYYY-MM-DDThh:mm:ss[.f{1,6}] and the latter with Z or ±hh:mm.
//
// Everything else (other separators, week dates, 24:00, second 60, more digits) is text: a string
// keeps every value. Pure functions.
#pragma once

#include <cstdint>
#include <string_view>

#include "etl/schema/facts.h"

namespace varve {

struct Temporal {
  Facts fact = kFactText;  // kFactDate, kFactTimestampUtc, kFactTimestampLocal, or kFactText
  int64_t value = 0;       // days or microseconds since 1970-01-01
};

// `text` must be followed by at least 16 readable bytes.
Temporal ParseTemporal(std::string_view text);

}  // namespace varve
