// Codec: the page compressions varve reads and writes.
#pragma once

#include <string_view>

namespace varve {

enum class Codec { kNone, kSnappy, kGzip, kZstd, kLz4Raw };

// "none", "snappy", "gzip", "zstd", "lz4_raw".
std::string_view CodecName(Codec codec);

}  // namespace varve
