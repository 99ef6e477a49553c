#include "etl/source/file_stream.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace varve {
namespace {

constexpr int kCancelPollMs = 100;
constexpr uint64_t kReadaheadBytesMin = 1 << 20;  // smaller files are read at once

}  // namespace

FileStamp StampOf(const struct stat& info) {
  return {static_cast<uint64_t>(info.st_size),
          int64_t{info.st_mtim.tv_sec} * 1'000'000'000 + info.st_mtim.tv_nsec,
          static_cast<uint64_t>(info.st_ino)};
}

FileStream::FileStream(int fd, const FileStamp& stamp, uint64_t offset,
                       std::atomic<uint64_t>* bytes_read)
    : fd_(fd), stamp_(stamp), offset_(offset), bytes_read_(bytes_read) {
  if (stamp.size > kReadaheadBytesMin) posix_fadvise(fd_, 0, 0, POSIX_FADV_SEQUENTIAL);
}

FileStream::~FileStream() { close(fd_); }

Result<size_t> FileStream::Read(std::span<char> out) {
  const size_t wanted =
      std::min<uint64_t>(out.size(), stamp_.size - std::min(offset_, stamp_.size));
  if (wanted == 0) return size_t{0};
  ssize_t size;
  do {
    size = pread(fd_, out.data(), wanted, static_cast<off_t>(offset_));
  } while (size < 0 && errno == EINTR);
  if (size < 0) {
    return Fail("io_error", Code::kIo, std::string("cannot read: ") + std::strerror(errno));
  }
  if (size == 0) {
    return Fail("changed_while_reading", Code::kIo,
                "the file became shorter while it was read; convert it again when it is complete");
  }
  offset_ += static_cast<uint64_t>(size);
  bytes_read_->fetch_add(static_cast<uint64_t>(size), std::memory_order_relaxed);
  return static_cast<size_t>(size);
}

Status FileStream::CheckUnchanged() {
  struct stat info;
  if (fstat(fd_, &info) != 0) {
    return Fail("io_error", Code::kIo, std::string("cannot stat: ") + std::strerror(errno));
  }
  if (StampOf(info) == stamp_) return Ok{};
  return Fail("changed_while_reading", Code::kIo,
              "the file changed while it was read; convert it again when it is complete");
}

PipeStream::PipeStream(int fd, int spool_fd, std::function<bool()> cancelled,
                       std::atomic<uint64_t>* bytes_read)
    : fd_(fd), spool_fd_(spool_fd), cancelled_(std::move(cancelled)), bytes_read_(bytes_read) {}

Result<std::string_view> PipeStream::Peek(size_t size) {
  while (peeked_.size() < size) {
    const size_t missing = size - peeked_.size();
    auto* out = reinterpret_cast<char*>(peeked_.Reserve(missing));
    VARVE_ASSIGN_OR_RETURN(const size_t read_size, ReadDescriptor(out, missing));
    if (read_size == 0) break;
    peeked_.Advance(read_size);
  }
  return peeked_.view().substr(0, size);
}

Result<size_t> PipeStream::Read(std::span<char> out) {
  size_t size = std::min(out.size(), peeked_.size() - peeked_offset_);
  if (size > 0) {
    std::memcpy(out.data(), peeked_.data() + peeked_offset_, size);
    peeked_offset_ += size;
    if (peeked_offset_ == peeked_.size()) {
      peeked_.Free();
      peeked_offset_ = 0;
    }
  } else {
    VARVE_ASSIGN_OR_RETURN(size, ReadDescriptor(out.data(), out.size()));
  }
  offset_ += size;
  return size;
}

// Waits in short turns, so that a cancel is seen while nothing arrives.
Result<size_t> PipeStream::ReadDescriptor(char* out, size_t size) {
  for (;;) {
    if (cancelled_()) return Fail("cancelled", Code::kCancelled, "cancelled");
    pollfd ready{fd_, POLLIN, 0};
    const int count = poll(&ready, 1, kCancelPollMs);
    if (count == 0 || (count < 0 && errno == EINTR)) continue;
    const ssize_t read_size = read(fd_, out, size);
    if (read_size < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (read_size < 0) {
      return Fail("io_error", Code::kIo, std::string("cannot read: ") + std::strerror(errno));
    }
    bytes_read_->fetch_add(static_cast<uint64_t>(read_size), std::memory_order_relaxed);
    VARVE_RETURN_IF_ERROR(Spool(out, static_cast<size_t>(read_size)));
    return static_cast<size_t>(read_size);
  }
}

Status PipeStream::Spool(const char* data, size_t size) {
  while (spool_fd_ >= 0 && size > 0) {
    const ssize_t written = write(spool_fd_, data, size);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      return Fail(
          "io_error", Code::kIo,
          std::string("cannot keep a temporary copy of standard input: ") + std::strerror(errno));
    }
    data += written;
    size -= static_cast<size_t>(written);
  }
  return Ok{};
}

}  // namespace varve
