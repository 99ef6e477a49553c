// OriginLog: for each line of a spill file, where it stood in the inputs.
//
// Lines of one partition mostly follow each other, so a record is three small numbers, about five
// bytes. Records come in chunks, each beginning with the spill offset of its first line and
// depending on nothing before it, so that a reader can begin anywhere. Private to one process: not
// a file format. Thread-safety: none.
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>

#include "base/result.h"

namespace varve {

struct LineOrigin {
  uint32_t file = 0;    // index into the source's inputs
  uint64_t line = 0;    // from 0
  uint64_t offset = 0;  // of the line in the decompressed file
};

// Builds one chunk.
class OriginChunk {
 public:
  // `bytes`: of the line, newline included.
  void Add(const LineOrigin& origin, uint64_t bytes);
  // Appends the chunk to *out, its first line being at `spill_offset`, and begins the next.
  void Finish(uint64_t spill_offset, std::string* out);
  size_t capacity() const { return records_.capacity(); }
  void Free() { std::string().swap(records_); }

 private:
  std::string records_;
  LineOrigin last_;
  uint64_t last_end_ = 0;
};

class OriginReader {
 public:
  static Result<OriginReader> Open(const std::string& path);

  // To the line at `spill_offset`.
  Status Seek(uint64_t spill_offset);
  // The origin of the next line. An end before that is an error.
  Status Next(LineOrigin* origin);

 private:
  struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  OriginReader(std::string path, std::FILE* file) : path_(std::move(path)), file_(file) {}
  Status ReadHeader();
  Status ReadChunk();
  uint64_t Varint();
  void Decode();

  std::string path_;
  std::unique_ptr<std::FILE, CloseFile> file_;
  std::string chunk_;
  size_t at_ = 0;              // in chunk_
  uint64_t chunk_bytes_ = 0;   // of the header last read
  uint64_t spill_offset_ = 0;  // of the next line
  LineOrigin last_;
  uint64_t last_bytes_ = 0;
};

}  // namespace varve
