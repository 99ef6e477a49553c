// GzipInflater against zlib: the same verdict and the same bytes, however the input arrives.
#include <zlib.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "etl/source/inflate_gzip.h"
#include "inflate_all.h"

namespace varve {
namespace {

bool IsPadding(std::string_view rest) { return rest.find_first_not_of('\0') == rest.npos; }

struct ZlibVerdict : Inflated {
  // zlib refuses headers with flags that RFC 1952 keeps for the future; ISA-L reads past them.
  bool reserved_flags = false;
};

// By zlib, under varve's rules: members one after the other, then nothing but zeros.
ZlibVerdict InflateByZlib(std::string_view stored) {
  ZlibVerdict result;
  z_stream stream{};
  FUZZ_REQUIRE(inflateInit2(&stream, 15 + 16) == Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(stored.data()));
  stream.avail_in = static_cast<uInt>(stored.size());
  std::string piece(4096, '\0');
  bool in_member = true;
  while (result.text.size() < kInflatedMax) {
    const std::string_view rest = stored.substr(stored.size() - stream.avail_in);
    if (!in_member) {
      if (rest.empty() || IsPadding(rest)) break;
      inflateReset(&stream);
      in_member = true;
    }
    stream.next_out = reinterpret_cast<Bytef*>(piece.data());
    stream.avail_out = static_cast<uInt>(piece.size());
    const int code = inflate(&stream, Z_NO_FLUSH);
    result.text.append(piece.data(), piece.size() - stream.avail_out);
    if (code == Z_STREAM_END) {
      in_member = false;
    } else if (code != Z_OK) {
      result.ok = false;
      result.reserved_flags =
          stream.msg != nullptr && std::string_view(stream.msg) == "unknown header flags set";
      break;
    }
  }
  result.cut = result.ok && result.text.size() >= kInflatedMax;
  inflateEnd(&stream);
  return result;
}

}  // namespace
}  // namespace varve

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace varve;  // NOLINT: one function
  if (size < 3) return 0;
  const size_t input_step = data[0] == 0 ? SIZE_MAX : data[0];
  const size_t output_step = data[1] + 1u;
  const std::string_view stored(reinterpret_cast<const char*>(data) + 2, size - 2);
  const ZlibVerdict expected = InflateByZlib(stored);
  if (expected.reserved_flags) return 0;
  const Inflated whole = InflateAll<GzipInflater>(stored, SIZE_MAX, 1 << 16);
  if (expected.cut || whole.cut) {
    FUZZ_REQUIRE(!expected.ok || !whole.ok || expected.cut == whole.cut);
    return 0;
  }
  FUZZ_REQUIRE(whole.ok == expected.ok);
  if (expected.ok) FUZZ_REQUIRE(whole.text == expected.text);
  const Inflated stepped = InflateAll<GzipInflater>(stored, input_step, output_step);
  FUZZ_REQUIRE(stepped.ok == whole.ok);
  if (whole.ok) FUZZ_REQUIRE(stepped.text == whole.text);
  return 0;
}
