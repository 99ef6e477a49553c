// Helpers of the source tests: files in a temporary directory, compression, reading everything.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "etl/source/source_impl.h"

namespace varve {

class TempDir {
 public:
  TempDir() {
    std::string name = (std::filesystem::temp_directory_path() / "varve_source_XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  ~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  const std::string& path() const { return path_; }
  std::string Write(std::string_view name, std::string_view content) const {
    const std::filesystem::path file = std::filesystem::path(path_) / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary).write(content.data(), std::ssize(content));
    return file.string();
  }

 private:
  std::string path_;
};

// One gzip member.
inline std::string Gzip(std::string_view text, int level = 6) {
  z_stream stream{};
  deflateInit2(&stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, text.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

// One zstd frame with a checksum.
inline std::string Zstd(std::string_view text) {
  std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> context(ZSTD_createCCtx(), ZSTD_freeCCtx);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 1);
  std::string out(ZSTD_compressBound(text.size()), '\0');
  const size_t size =
      ZSTD_compress2(context.get(), out.data(), out.size(), text.data(), text.size());
  EXPECT_FALSE(ZSTD_isError(size));
  out.resize(size);
  return out;
}

// Bytes that deflate and zstd cannot shrink much, as lines of about `line_bytes`.
inline std::string NoisyLines(size_t bytes, size_t line_bytes = 100) {
  std::string text(bytes, '\0');
  uint64_t state = 88172645463325252ull;
  for (size_t i = 0; i < bytes; ++i) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    text[i] = (i + 1) % line_bytes == 0 ? '\n' : static_cast<char>(' ' + state % 90);
  }
  return text;
}

struct ReadSegment {
  uint64_t index = 0;
  uint32_t group = 0;
  std::string text;  // of all blocks
  std::vector<uint32_t> files;
  friend bool operator==(const ReadSegment&, const ReadSegment&) = default;
};

inline std::unique_ptr<Source> OpenOrDie(SourceOptions options, const SegmentPolicy& policy = {}) {
  auto source = FileSource::Open(std::move(options), nullptr, policy);
  EXPECT_TRUE(source.ok()) << (source.ok() ? "" : source.error().message);
  return std::move(source).value();
}

// Reads one segment, checking what every block promises.
inline ReadSegment ReadOne(SegmentReader* reader) {
  ReadSegment segment{reader->index(), reader->group(), {}, {}};
  Block block;
  uint64_t next_offset = 0;
  while (reader->Next(&block)) {
    EXPECT_GT(block.size, 0u);
    EXPECT_EQ(block.data[block.size], '\n');
    const bool same_file = !segment.files.empty() && segment.files.back() == block.file;
    if (same_file) {
      EXPECT_EQ(block.file_offset, next_offset);
    } else {
      segment.files.push_back(block.file);
    }
    next_offset = block.file_offset + (block.oversized ? block.line_bytes : block.size);
    segment.text.append(block.data, block.size);
  }
  return segment;
}

inline std::vector<ReadSegment> ReadAll(Source* source) {
  std::vector<ReadSegment> segments;
  while (auto reader = source->Claim()) segments.push_back(ReadOne(reader.get()));
  return segments;
}

inline std::string Concat(const std::vector<ReadSegment>& segments) {
  std::string text;
  for (const ReadSegment& segment : segments) text += segment.text;
  return text;
}

}  // namespace varve
