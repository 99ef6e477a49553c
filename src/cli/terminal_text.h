// Text for people: untrusted names made safe to print, numbers made easy to read.
//
// File names come from whoever filled the bucket. Printed raw, one could move the cursor, recolour
// or retitle the terminal, or forge a line of a log.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace varve::cli {

// Control characters (C0, DEL, C1) and bytes that are not UTF-8 as \n, \t, \xNN; a backslash
// doubled only when something else had to be escaped, so that the result stays unambiguous.
std::string Printable(std::string_view text);

std::string WithThousands(uint64_t value);                  // 1234567 -> "1,234,567"
std::string HumanBytes(uint64_t bytes);                     // 1536 -> "1.5 KiB"
std::string HumanSeconds(double seconds);                   // 0.0123 -> "12 ms", 83 -> "1m 23s"
std::string Plural(uint64_t count, std::string_view noun);  // 1 -> "1 file", 2 -> "2 files"
std::string BatchCount(uint64_t count);                     // 1 -> "1 batch", 2 -> "2 batches"

// Width on a terminal, counting code points (no wide-character tables).
size_t DisplayWidth(std::string_view text);

// Breaks `text` at spaces into lines of at most `width`, each after the first led by `indent`
// spaces. Newlines in the text are kept.
std::string Wrap(std::string_view text, size_t width, size_t indent);

}  // namespace varve::cli
