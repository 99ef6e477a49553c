// Which day a file belongs to, and how it is compressed, as far as its name tells.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace varve {

// The last calendar date in `key`, as YYYY-MM-DD: written 2025-01-17, 2025_01_17, 20250117 or
// 2025/01/17, or as year=2025/month=01/day=17, with no digit before or after it. None: there is no
// date.
std::optional<std::string> DateInKey(std::string_view key);

// "gzip", "zstd" or "none", by the name's ending. A hint only: content decides.
std::string_view CompressionOfKey(std::string_view key);

}  // namespace varve
