// RemoteInputs: inputs that are no files of this machine, such as the objects of a store.
//
// Sources read them by range, as they do files, so that nothing is copied to a disk first.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "etl/source/byte_stream.h"

namespace varve {

struct RemoteInput {
  uint64_t bytes = 0;
  std::string beginning;  // the first bytes: 4, if there are as many
};

// Thread-safe. Errors need not name the input.
class RemoteInputs {
 public:
  virtual ~RemoteInputs() = default;

  // Whether the input called `path` is one of these.
  virtual bool Has(const std::string& path) const = 0;
  virtual Result<RemoteInput> Look(const std::string& path) = 0;
  // The input's bytes from `offset` on, of the version that was looked at. Those before `end` will
  // be read, unless something fails; more may be. Adds what is read to `bytes_read`, which outlives
  // the stream. Failures: "not_found", "permission", "io_error", "changed_while_reading".
  virtual std::unique_ptr<ByteStream> Open(const std::string& path, uint64_t offset, uint64_t end,
                                           std::atomic<uint64_t>* bytes_read) = 0;
};

}  // namespace varve
