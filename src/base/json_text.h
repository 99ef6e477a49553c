// Text as a JSON string literal, for the few places that write JSON without building a document.
#pragma once

#include <string>
#include <string_view>

namespace varve {

// Appends `text` in quotes. Control characters (DEL included) are escaped; bytes that are not UTF-8
// become U+FFFD, so the result is valid whatever the text.
void AppendJsonString(std::string_view text, std::string* out);

}  // namespace varve
