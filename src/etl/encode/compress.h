// Compression of page bodies, one call per page.
//
// Output depends only on the input, the codec and the level (gzip: also on the ISA-L version).
// Thread-safety: any thread; compression contexts are kept per thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/buffer.h"
#include "base/result.h"
#include "etl/encode/codec.h"

namespace varve {

// Appends `in`, compressed, to *out. Level 0 is the codec's default; zstd takes
// 1..22, the others have no levels. kInvalidArgument for a level the codec has not,
// kLimit for input of 2 GiB or more.
Status Compress(Codec codec, int level, std::span<const uint8_t> in, Buffer* out);

// Appends the decompressed form of `in` to *out, which must be exactly `uncompressed_size` bytes
// with nothing left over in `in`; kCorrupt otherwise, and *out is as before. Memory for a size
// that the codec could not have produced from `in` is never allocated.
Status Decompress(Codec codec, std::span<const uint8_t> in, size_t uncompressed_size, Buffer* out);

}  // namespace varve
