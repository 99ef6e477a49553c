// FileHash: the fingerprint by which an output is recorded and later verified.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace varve {

struct FileHash {
  std::string xxh3_128;  // 32 hex digits, most significant first
  uint64_t size_bytes = 0;

  bool operator==(const FileHash&) const = default;
};

// Reads the whole file. kNotFound, kPermission, kIo. Thread-safe.
Result<FileHash> HashFile(const std::string& path);

}  // namespace varve
