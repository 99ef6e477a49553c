// RemoteOutputs: outputs that are no files of this machine, such as the objects of a store.
//
// They are written from beginning to end, as files are, so that nothing is copied to a disk first.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "base/result.h"

namespace varve::parquet {

// Thread-safety: one thread at a time. Errors name the file.
class RemoteFile {
 public:
  virtual ~RemoteFile() = default;  // of what was not published nothing remains

  // What the pieces point to may go when it returns. Waits while too much is on its way.
  virtual Status Append(std::span<const std::span<const uint8_t>> pieces) = 0;
  // No Append after it.
  virtual Status Close() = 0;
  // After Close: it is to appear, with all others, when the conversion has succeeded.
  virtual Status Publish() = 0;
};

class RemoteOutputs {
 public:
  virtual ~RemoteOutputs() = default;

  // A file that is called `path`; nothing is visible of it. Must outlive the file.
  virtual Result<std::unique_ptr<RemoteFile>> Create(const std::string& path) = 0;
};

}  // namespace varve::parquet
