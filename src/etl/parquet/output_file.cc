#include "etl/parquet/output_file.h"

#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <random>
#include <utility>

namespace varve::parquet {
namespace {

constexpr int kMaxNameTries = 16;
constexpr uint64_t kWritebackBytes = 1 << 20;
constexpr mode_t kMode = 0666;  // less the umask

std::string TemporaryPath(const std::string& path) {
  static constexpr char kDigits[] = "0123456789abcdefghijklmnopqrstuvwxyz";
  std::random_device random;
  std::string suffix;
  for (int i = 0; i < 10; ++i) suffix += kDigits[random() % 36];
  const std::filesystem::path target(path);
  const std::string name = "." + target.filename().string() + ".tmp-" + suffix;
  return (target.parent_path() / name).string();
}

Status SyncDirectory(const std::string& path) {
  std::string directory = std::filesystem::path(path).parent_path().string();
  if (directory.empty()) directory = ".";
  const int fd = open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return ErrnoError("open", directory);
  // Some file systems cannot sync a directory and need not.
  const int failed = fsync(fd) != 0 && errno != EINVAL && errno != ENOTSUP ? errno : 0;
  close(fd);
  if (failed != 0) return ErrnoError("sync", directory, failed);
  return Ok{};
}

// Drops `written` bytes from the front of the vectors.
std::span<iovec> Consume(std::span<iovec> vectors, size_t written) {
  while (!vectors.empty() && written >= vectors.front().iov_len) {
    written -= vectors.front().iov_len;
    vectors = vectors.subspan(1);
  }
  if (!vectors.empty()) {
    vectors.front().iov_base = static_cast<uint8_t*>(vectors.front().iov_base) + written;
    vectors.front().iov_len -= written;
  }
  return vectors;
}

}  // namespace

Status SyncFileSystem(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return ErrnoError("open", path);
  const int failed = syncfs(fd) != 0 ? errno : 0;
  close(fd);
  if (failed != 0) return ErrnoError("sync", path, failed);
  return Ok{};
}

OutputFile::OutputFile(std::string path, std::string temporary_path, int fd, Durability durability)
    : path_(std::move(path)),
      temporary_path_(std::move(temporary_path)),
      fd_(fd),
      durability_(durability) {}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : path_(std::move(other.path_)),
      temporary_path_(std::exchange(other.temporary_path_, {})),
      fd_(std::exchange(other.fd_, -1)),
      remote_(std::move(other.remote_)),
      durability_(other.durability_),
      size_bytes_(other.size_bytes_),
      writeback_bytes_(other.writeback_bytes_) {}

OutputFile::~OutputFile() {
  if (fd_ >= 0) close(fd_);
  if (!temporary_path_.empty()) unlink(temporary_path_.c_str());
}

Result<OutputFile> OutputFile::Create(const std::string& path, Durability durability,
                                      RemoteOutputs* remote) {
  if (std::filesystem::path(path).filename().empty()) {
    return Error{Code::kInvalidArgument, "create '" + path + "': not a file name"};
  }
  if (durability == Durability::kNowhere) return OutputFile(path, "", -1, durability);
  if (remote != nullptr) {
    OutputFile file(path, "", -1, durability);
    VARVE_ASSIGN_OR_RETURN(file.remote_, remote->Create(path));
    return file;
  }
  for (int attempt = 0;; ++attempt) {
    std::string temporary = TemporaryPath(path);
    const int fd = open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kMode);
    if (fd >= 0) return OutputFile(path, std::move(temporary), fd, durability);
    if (errno != EEXIST || attempt == kMaxNameTries) return ErrnoError("create", temporary);
  }
}

Status OutputFile::Append(std::span<const std::span<const uint8_t>> pieces) {
  constexpr size_t kBatch = 256;  // well below IOV_MAX
  std::array<iovec, kBatch> batch;
  if (durability_ == Durability::kNowhere || remote_ != nullptr) {
    for (const std::span<const uint8_t> piece : pieces) size_bytes_ += piece.size();
    return remote_ != nullptr ? remote_->Append(pieces) : Status(Ok{});
  }
  while (!pieces.empty()) {
    const size_t count = std::min(pieces.size(), kBatch);
    for (size_t i = 0; i < count; ++i) {
      batch[i] = {const_cast<uint8_t*>(pieces[i].data()), pieces[i].size()};
    }
    pieces = pieces.subspan(count);
    std::span<iovec> left = Consume(std::span(batch).first(count), 0);
    while (!left.empty()) {
      const ssize_t written = writev(fd_, left.data(), static_cast<int>(left.size()));
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return ErrnoError("write", path_);
      size_bytes_ += static_cast<uint64_t>(written);
      left = Consume(left, static_cast<size_t>(written));
    }
  }
  StartWriteback();
  return Ok{};
}

// So that the disk works while rows are still parsed, and Close has little to wait for.
void OutputFile::StartWriteback() {
  if (durability_ != Durability::kEachFile) return;
  if (size_bytes_ - writeback_bytes_ < kWritebackBytes) return;
  sync_file_range(fd_, static_cast<off64_t>(writeback_bytes_),
                  static_cast<off64_t>(size_bytes_ - writeback_bytes_), SYNC_FILE_RANGE_WRITE);
  writeback_bytes_ = size_bytes_;
}

Status OutputFile::Close() {
  if (remote_ != nullptr) return remote_->Close();
  if (fd_ < 0) return Ok{};
  const bool syncs = durability_ == Durability::kEachFile;
  const int failed = syncs && fsync(fd_) != 0 && errno != EINVAL ? errno : 0;
  const int fd = std::exchange(fd_, -1);
  if (close(fd) != 0 && failed == 0) return ErrnoError("close", path_);
  if (failed != 0) return ErrnoError("sync", path_, failed);
  return Ok{};
}

Status OutputFile::Publish() {
  if (remote_ != nullptr) return remote_->Publish();
  if (rename(temporary_path_.c_str(), path_.c_str()) != 0) return ErrnoError("publish", path_);
  temporary_path_.clear();
  return durability_ == Durability::kEachFile ? SyncDirectory(path_) : Status(Ok{});
}

}  // namespace varve::parquet
