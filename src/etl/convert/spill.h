// Spill: lines sorted into one temporary file a partition, any number of them, in bounded memory.
//
// Every partition has a buffer. When all together are over the bound, the largest are written, each
// file being open only while it is appended to: partitions cost no file descriptors. A spill file
// begins with an empty line, so that no line of the input is taken for a compressed file's magic
// bytes or a byte order mark. Thread-safety: none while adding; paths from any thread afterwards.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "etl/convert/origin_log.h"

namespace varve {

class Spill {
 public:
  // Makes a temporary directory inside `parent`, or, when that does not exist, inside the nearest
  // directory above it that does.
  static Result<std::unique_ptr<Spill>> Create(const std::string& parent, uint64_t buffer_bytes);
  ~Spill();  // removes all of it
  Spill(const Spill&) = delete;

  uint32_t AddPartition();
  // `line` has no newline.
  Status Add(uint32_t partition, std::string_view line, const LineOrigin& origin);
  // Writes what is buffered. No Add after it.
  Status Finish();

  uint32_t partition_count() const { return static_cast<uint32_t>(partitions_.size()); }
  std::string LinesPath(uint32_t partition) const { return Path(partition) + ".ndjson"; }
  std::string OriginsPath(uint32_t partition) const { return Path(partition) + ".origins"; }

 private:
  struct Partition {
    std::string lines = "\n";
    OriginChunk origins;
    uint64_t spill_offset = 1;  // of the first line buffered
    uint64_t buffered() const;
  };

  Spill(std::string directory, uint64_t buffer_bytes);
  std::string Path(uint32_t partition) const;
  Status FlushLargest();
  Status Flush(uint32_t partition);

  const std::string directory_;
  const uint64_t buffer_bytes_max_;
  uint64_t buffered_bytes_ = 0;
  std::vector<Partition> partitions_;
  std::string chunk_;  // scratch
};

}  // namespace varve
