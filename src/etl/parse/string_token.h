// JSON strings with escapes: finding their end and decoding them. RFC 8259 section 7.
//
// Scalar code: the SIMD kernels handle strings without escapes and come here for the others.
// UTF-8 is validated per block before parsing, so bytes from 0x80 on are passed through.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "etl/parse/parse_error.h"

namespace varve {

struct StringEnd {
  ParseCode code = ParseCode::kOk;
  const uint8_t* end = nullptr;  // the closing quote; on error, the offending byte
  bool escaped = false;
};

// Scans the content of a string from `p` (after the opening quote) to the closing quote, checking
// escapes and refusing raw control characters. The input must hold a byte below 0x20 (the line's
// newline) before it ends.
StringEnd FindStringEnd(const uint8_t* p);

// Decodes content that FindStringEnd accepted, appending to *out (which gets UTF-8).
void DecodeString(std::string_view content, std::string* out);

}  // namespace varve
