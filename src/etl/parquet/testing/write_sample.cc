// write_sample CODEC PATH [plain]: the sample file, for tests/parquet/test_file_writer.py.
#include <cstdio>
#include <string_view>

#include "etl/parquet/testing/sample.h"

int main(int argc, char** argv) {
  using varve::Codec;
  if (argc < 3) {
    std::fprintf(stderr, "usage: write_sample none|snappy|gzip|zstd|lz4_raw PATH [plain]\n");
    return 2;
  }
  varve::parquet::SampleOptions options;
  options.dictionary = argc < 4 || std::string_view(argv[3]) != "plain";
  for (const Codec codec :
       {Codec::kNone, Codec::kSnappy, Codec::kGzip, Codec::kZstd, Codec::kLz4Raw}) {
    if (varve::CodecName(codec) == argv[1]) options.codec = codec;
  }
  const varve::Status status = varve::parquet::WriteSampleFile(argv[2], options);
  if (!status.ok()) std::fprintf(stderr, "%s\n", status.error().message.c_str());
  return status.ok() ? 0 : 1;
}
