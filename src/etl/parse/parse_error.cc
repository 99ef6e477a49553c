#include "etl/parse/parse_error.h"

#include <array>

namespace varve {
namespace {

struct Text {
  std::string_view name;
  std::string_view message;
};

constexpr std::array kTexts = {
    Text{"ok", ""},
    Text{"deviates", "the line does not fit the speculated schema"},
    Text{"not_an_object", "the line is not a JSON object; NDJSON needs one {...} per line"},
    Text{"truncated", "the line ends inside a value; was the file cut off or split at a newline?"},
    Text{"bad_syntax", "unexpected character; the line is not valid JSON"},
    Text{"bad_literal",
         "not a JSON literal; only true, false and null are (NaN and Infinity are not)"},
    Text{"bad_number", "not a JSON number (no leading zeros, no '+', digits on both sides of '.')"},
    Text{"number_overflow", "the number is beyond what a double can hold; write it as a string"},
    Text{"bad_escape", "invalid escape in a string"},
    Text{"lone_surrogate", "a \\u escape is half of a surrogate pair; it stands for no character"},
    Text{"control_character", "raw control character in a string; it must be escaped"},
    Text{"invalid_utf8", "the line is not valid UTF-8; convert the file to UTF-8"},
    Text{"duplicate_key", "an object has the same key twice; keeping one would lose the other"},
    Text{"too_deep", "nested deeper than --max-depth allows"},
    Text{"trailing_garbage", "more text follows the object; put one object on a line"},
    Text{"line_too_long", "the line is longer than --max-line-bytes allows"},
    Text{"schema_mismatch",
         "a value or key does not fit the given schema or cast; mend the line, or change --schema, "
         "--cast or --mode"},
};

}  // namespace

std::string_view ParseCodeName(ParseCode code) { return kTexts[static_cast<size_t>(code)].name; }

std::string_view ParseCodeMessage(ParseCode code) {
  return kTexts[static_cast<size_t>(code)].message;
}

}  // namespace varve
