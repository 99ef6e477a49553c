// ObjectRef: one version of one object, which is what a file is to the pipeline.
#pragma once

#include <cstdint>
#include <string>

namespace varve {

// Names a version for ever: an overwritten object is another ObjectRef.
struct ObjectRef {
  std::string bucket;
  std::string key;      // decoded, as the store lists it; untrusted
  std::string version;  // S3: version id, else ETag; directories: inode, size, mtime

  auto operator<=>(const ObjectRef&) const = default;
};

struct ObjectInfo {
  ObjectRef ref;
  uint64_t size_bytes = 0;
  std::string etag;         // changes when the content does
  int64_t modified_us = 0;  // since the epoch

  bool operator==(const ObjectInfo&) const = default;
};

// "bucket/key@version", for logs and messages.
std::string ToString(const ObjectRef& ref);

}  // namespace varve
