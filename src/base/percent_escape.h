// Percent escapes (RFC 3986, section 2.1), as addresses and the keys of S3's events have them.
// Thread-safety: pure function.
#pragma once

#include <string_view>

namespace varve {

// The byte that the escape at the start of `text` stands for, "%2F" or "%2f"; -1: there is none.
int EscapedByte(std::string_view text);

}  // namespace varve
