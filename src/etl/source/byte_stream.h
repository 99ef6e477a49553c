// ByteStream: bytes in order from somewhere, perhaps inflated on the way.
//
// One interface for files, pipes, memory and the gzip and zstd inflaters stacked on them.
// Thread-safety: one thread at a time.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"

namespace varve {

class ByteStream {
 public:
  ByteStream() = default;
  ByteStream(const ByteStream&) = delete;
  ByteStream& operator=(const ByteStream&) = delete;
  virtual ~ByteStream() = default;

  // Reads up to out.size() (> 0) bytes; may give fewer; 0 only at the end. After an error every
  // further call is undefined. The error's message says what is wrong without naming the input.
  virtual Result<size_t> Read(std::span<char> out) = 0;

  // How far into the stored bytes reading has come: where an error is reported.
  virtual uint64_t stored_offset() const = 0;

  // The stable code (see SourceError::code) of the error that Read gave; a string literal.
  std::string_view failure_code() const { return failure_code_; }

 protected:
  Error Fail(std::string_view failure_code, Code code, std::string message) {
    failure_code_ = failure_code;
    return Error{code, std::move(message)};
  }
  // Passes on an error of the stream below.
  Error FailFrom(const ByteStream& below, Error error) {
    failure_code_ = below.failure_code();
    return error;
  }

 private:
  std::string_view failure_code_;
};

}  // namespace varve
