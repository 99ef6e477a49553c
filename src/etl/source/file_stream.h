// FileStream and PipeStream: the stored bytes of regular files, and of everything else.
#pragma once

#include <sys/stat.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>

#include "base/buffer.h"
#include "etl/source/byte_stream.h"

namespace varve {

// What a regular file looked like when it was first opened.
struct FileStamp {
  uint64_t size = 0;
  int64_t mtime_ns = 0;
  uint64_t inode = 0;
  friend bool operator==(const FileStamp&, const FileStamp&) = default;
};
// The stamp of an open file.
FileStamp StampOf(const struct stat& info);

// A regular file from `offset` to the size it had when it was stamped. Owns `fd`.
// Failures: "io_error", "changed_while_reading".
class FileStream : public ByteStream {
 public:
  // `bytes_read` (shared progress counter) must outlive the stream.
  FileStream(int fd, const FileStamp& stamp, uint64_t offset, std::atomic<uint64_t>* bytes_read);
  ~FileStream() override;

  Result<size_t> Read(std::span<char> out) override;
  uint64_t stored_offset() const override { return offset_; }

  // "changed_while_reading" when the file is no longer what it was.
  Status CheckUnchanged();

 private:
  const int fd_;
  const FileStamp stamp_;
  uint64_t offset_;
  std::atomic<uint64_t>* bytes_read_;
};

// stdin, a pipe or a device: read once, in order; its beginning can be looked at first. Does not
// own `fd`. Failures: "io_error", "cancelled".
class PipeStream : public ByteStream {
 public:
  // Copies what it reads to `spool_fd` unless that is -1. Asks `cancelled` while it waits.
  // `bytes_read` must outlive the stream.
  PipeStream(int fd, int spool_fd, std::function<bool()> cancelled,
             std::atomic<uint64_t>* bytes_read);

  // The first bytes (fewer at the end), without consuming them. Only before the first Read.
  Result<std::string_view> Peek(size_t size);

  Result<size_t> Read(std::span<char> out) override;
  uint64_t stored_offset() const override { return offset_; }

 private:
  Result<size_t> ReadDescriptor(char* out, size_t size);
  Status Spool(const char* data, size_t size);

  const int fd_;
  const int spool_fd_;
  const std::function<bool()> cancelled_;
  std::atomic<uint64_t>* bytes_read_;
  Buffer peeked_;
  size_t peeked_offset_ = 0;
  uint64_t offset_ = 0;
};

}  // namespace varve
