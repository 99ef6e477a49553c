#include "etl/encode/compress.h"

#include <isa-l/igzip_lib.h>
#include <lz4.h>
#include <snappy.h>
#include <zstd.h>

#include <cstring>
#include <memory>
#include <string>

namespace varve {
namespace {

constexpr size_t kMaxPageBytes = 0x7FFFFFFF;  // page sizes are 32-bit signed in page headers

Error CodecError(Codec codec, Code code, std::string_view what) {
  return Error{code, std::string(CodecName(codec)) + ": " + std::string(what)};
}

Error BadLevel(Codec codec, int level) {
  return CodecError(codec, Code::kInvalidArgument, "no compression level " + std::to_string(level));
}

const char* Chars(std::span<const uint8_t> bytes) {
  return reinterpret_cast<const char*>(bytes.data());
}

Status CompressSnappy(std::span<const uint8_t> in, Buffer* out) {
  size_t written = 0;
  char* to = reinterpret_cast<char*>(out->Reserve(snappy::MaxCompressedLength(in.size())));
  snappy::RawCompress(Chars(in), in.size(), to, &written);
  out->Advance(written);
  return Ok{};
}

Status CompressLz4(std::span<const uint8_t> in, Buffer* out) {
  const int bound = LZ4_compressBound(static_cast<int>(in.size()));
  if (bound <= 0) return CodecError(Codec::kLz4Raw, Code::kLimit, "page too large");
  char* to = reinterpret_cast<char*>(out->Reserve(static_cast<size_t>(bound)));
  const int written = LZ4_compress_default(Chars(in), to, static_cast<int>(in.size()), bound);
  if (written <= 0) return CodecError(Codec::kLz4Raw, Code::kInternal, "compression failed");
  out->Advance(static_cast<size_t>(written));
  return Ok{};
}

struct FreeZstd {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

Status CompressZstd(int level, std::span<const uint8_t> in, Buffer* out) {
  if (level < 0 || level > ZSTD_maxCLevel()) return BadLevel(Codec::kZstd, level);
  thread_local const std::unique_ptr<ZSTD_CCtx, FreeZstd> context(ZSTD_createCCtx());
  const size_t bound = ZSTD_compressBound(in.size());
  const size_t written =
      ZSTD_compressCCtx(context.get(), out->Reserve(bound), bound, in.data(), in.size(), level);
  if (ZSTD_isError(written)) {
    return CodecError(Codec::kZstd, Code::kInternal, ZSTD_getErrorName(written));
  }
  out->Advance(written);
  return Ok{};
}

Status CompressGzip(std::span<const uint8_t> in, Buffer* out) {
  // Levels 1 and 2 of ISA-L 2.30 miss a match now and then depending on where `stream` lies, so
  // that equal pages would not always give equal bytes.
  constexpr uint32_t kLevel = 3;
  thread_local Buffer scratch;
  scratch.Resize(ISAL_DEF_LVL3_DEFAULT);
  // Stored blocks of at most 64 KiB are the worst case: 5 bytes each, plus the gzip frame.
  const size_t bound = in.size() + (in.size() / 32768 + 2) * 5 + 64;
  isal_zstream stream;
  isal_deflate_stateless_init(&stream);
  stream.hist_bits = 0;  // ISA-L 2.30 leaves it unset: the window would be whatever the stack held
  stream.gzip_flag = IGZIP_GZIP;
  stream.level = kLevel;
  stream.level_buf = scratch.data();
  stream.level_buf_size = ISAL_DEF_LVL3_DEFAULT;
  stream.end_of_stream = 1;
  stream.flush = NO_FLUSH;
  stream.next_in = const_cast<uint8_t*>(in.data());
  stream.avail_in = static_cast<uint32_t>(in.size());
  stream.next_out = out->Reserve(bound);
  stream.avail_out = static_cast<uint32_t>(bound);
  if (isal_deflate_stateless(&stream) != COMP_OK) {
    return CodecError(Codec::kGzip, Code::kInternal, "compression failed");
  }
  out->Advance(stream.total_out);
  return Ok{};
}

// The most bytes `codec` can make of `in_bytes`, from its densest construct.
size_t MaxUncompressed(Codec codec, size_t in_bytes) {
  switch (codec) {
    case Codec::kNone: return in_bytes;
    case Codec::kSnappy: return in_bytes * 64;    // a 3-byte copy of 64 bytes, or 2-byte of 11
    case Codec::kLz4Raw: return in_bytes * 256;   // a length byte stands for 255
    case Codec::kGzip: return in_bytes * 1100;    // two bits for 258
    case Codec::kZstd: return in_bytes * 131072;  // a 4-byte RLE block of 128 KiB
  }
  return 0;
}

bool DecompressSnappy(std::span<const uint8_t> in, size_t size, uint8_t* out) {
  size_t claimed = 0;
  return snappy::GetUncompressedLength(Chars(in), in.size(), &claimed) && claimed == size &&
         snappy::RawUncompress(Chars(in), in.size(), reinterpret_cast<char*>(out));
}

bool DecompressLz4(std::span<const uint8_t> in, size_t size, uint8_t* out) {
  const int got = LZ4_decompress_safe(Chars(in), reinterpret_cast<char*>(out),
                                      static_cast<int>(in.size()), static_cast<int>(size));
  return got >= 0 && static_cast<size_t>(got) == size;
}

bool DecompressZstd(std::span<const uint8_t> in, size_t size, uint8_t* out) {
  thread_local const std::unique_ptr<ZSTD_DCtx, FreeZstd> context(ZSTD_createDCtx());
  const size_t got = ZSTD_decompressDCtx(context.get(), out, size, in.data(), in.size());
  return !ZSTD_isError(got) && got == size;
}

// Any number of gzip members, as the Parquet specification allows.
bool DecompressGzip(std::span<const uint8_t> in, size_t size, uint8_t* out) {
  thread_local const auto state = std::make_unique<inflate_state>();
  uint32_t in_left = static_cast<uint32_t>(in.size());
  uint32_t out_left = static_cast<uint32_t>(size);
  uint8_t* from = const_cast<uint8_t*>(in.data());
  do {
    isal_inflate_init(state.get());
    state->crc_flag = ISAL_GZIP;
    state->next_in = from;
    state->avail_in = in_left;
    state->next_out = out;
    state->avail_out = out_left;
    if (isal_inflate(state.get()) != ISAL_DECOMP_OK) return false;
    if (state->block_state != ISAL_BLOCK_FINISH || state->avail_in >= in_left) return false;
    from = state->next_in;
    in_left = state->avail_in;
    out = state->next_out;
    out_left = state->avail_out;
  } while (in_left > 0);
  return out_left == 0;
}

bool DecompressInto(Codec codec, std::span<const uint8_t> in, size_t size, uint8_t* out) {
  switch (codec) {
    case Codec::kNone:
      if (in.size() != size) return false;
      if (size > 0) std::memcpy(out, in.data(), size);
      return true;
    case Codec::kSnappy: return DecompressSnappy(in, size, out);
    case Codec::kGzip: return DecompressGzip(in, size, out);
    case Codec::kZstd: return DecompressZstd(in, size, out);
    case Codec::kLz4Raw: return DecompressLz4(in, size, out);
  }
  return false;
}

}  // namespace

std::string_view CodecName(Codec codec) {
  switch (codec) {
    case Codec::kNone: return "none";
    case Codec::kSnappy: return "snappy";
    case Codec::kGzip: return "gzip";
    case Codec::kZstd: return "zstd";
    case Codec::kLz4Raw: return "lz4_raw";
  }
  return "unknown";
}

Status Compress(Codec codec, int level, std::span<const uint8_t> in, Buffer* out) {
  if (in.size() > kMaxPageBytes) {
    return CodecError(codec, Code::kLimit, "page of 2 GiB or more");
  }
  if (codec == Codec::kZstd) return CompressZstd(level, in, out);
  if (level != 0) return BadLevel(codec, level);
  if (codec == Codec::kGzip) return CompressGzip(in, out);
  if (codec == Codec::kSnappy) return CompressSnappy(in, out);
  if (codec == Codec::kLz4Raw) return CompressLz4(in, out);
  out->Append(in.data(), in.size());
  return Ok{};
}

Status Decompress(Codec codec, std::span<const uint8_t> in, size_t uncompressed_size, Buffer* out) {
  if (in.size() > kMaxPageBytes || uncompressed_size > kMaxPageBytes ||
      uncompressed_size > MaxUncompressed(codec, in.size())) {
    return CodecError(codec, Code::kCorrupt,
                      std::to_string(in.size()) + " bytes cannot hold the " +
                          std::to_string(uncompressed_size) + " they claim");
  }
  if (!DecompressInto(codec, in, uncompressed_size, out->Reserve(uncompressed_size + 1))) {
    return CodecError(codec, Code::kCorrupt,
                      "damaged data, or not " + std::to_string(uncompressed_size) + " bytes");
  }
  out->Advance(uncompressed_size);
  return Ok{};
}

}  // namespace varve
