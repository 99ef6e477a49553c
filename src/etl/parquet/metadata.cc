#include "etl/parquet/metadata.h"

#include <iterator>

namespace varve::parquet {
namespace {

template <size_t N>
std::string NameAt(const std::string_view (&names)[N], int32_t number) {
  if (number >= 0 && static_cast<size_t>(number) < N && !names[number].empty()) {
    return std::string(names[number]);
  }
  return "unknown(" + std::to_string(number) + ")";
}

constexpr std::string_view kCodecs[] = {"UNCOMPRESSED", "SNAPPY", "GZIP", "LZO",
                                        "BROTLI",       "LZ4",    "ZSTD", "LZ4_RAW"};
constexpr std::string_view kEncodings[] = {"PLAIN",
                                           "",
                                           "PLAIN_DICTIONARY",
                                           "RLE",
                                           "BIT_PACKED",
                                           "DELTA_BINARY_PACKED",
                                           "DELTA_LENGTH_BYTE_ARRAY",
                                           "DELTA_BYTE_ARRAY",
                                           "RLE_DICTIONARY",
                                           "BYTE_STREAM_SPLIT"};
constexpr std::string_view kTypes[] = {"BOOLEAN", "INT32",  "INT64",      "INT96",
                                       "FLOAT",   "DOUBLE", "BYTE_ARRAY", "FIXED_LEN_BYTE_ARRAY"};
constexpr std::string_view kPageTypes[] = {"DATA_PAGE", "INDEX_PAGE", "DICTIONARY_PAGE",
                                           "DATA_PAGE_V2"};

}  // namespace

int32_t CodecId(Codec codec) {
  switch (codec) {
    case Codec::kNone: return 0;
    case Codec::kSnappy: return 1;
    case Codec::kGzip: return 2;
    case Codec::kZstd: return 6;
    case Codec::kLz4Raw: return 7;
  }
  return 0;
}

std::optional<Codec> CodecFromId(int32_t id) {
  for (const Codec codec :
       {Codec::kNone, Codec::kSnappy, Codec::kGzip, Codec::kZstd, Codec::kLz4Raw}) {
    if (CodecId(codec) == id) return codec;
  }
  return std::nullopt;
}

std::string CodecIdName(int32_t id) { return NameAt(kCodecs, id); }
std::string EncodingName(int32_t encoding) { return NameAt(kEncodings, encoding); }
std::string PhysicalTypeName(PhysicalType type) {
  return NameAt(kTypes, static_cast<int32_t>(type));
}
std::string PageTypeName(PageType type) { return NameAt(kPageTypes, static_cast<int32_t>(type)); }

}  // namespace varve::parquet
