#include "adapters/aws/s3/s3_upload.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "adapters/aws/s3/in_parallel.h"

namespace varve::aws {
namespace {

class LocalFile {
 public:
  static Result<LocalFile> Open(const std::string& path) {
    LocalFile file(open(path.c_str(), O_RDONLY | O_CLOEXEC), path);
    if (file.fd_ < 0) return ErrnoError("open", path);
    struct stat status = {};
    if (fstat(file.fd_, &status) != 0) return ErrnoError("look at", path);
    file.size_ = static_cast<uint64_t>(status.st_size);
    return file;
  }
  LocalFile(LocalFile&& other) noexcept
      : fd_(std::exchange(other.fd_, -1)), path_(std::move(other.path_)), size_(other.size_) {}
  ~LocalFile() {
    if (fd_ >= 0) close(fd_);
  }

  uint64_t size() const { return size_; }

  Result<std::string> Read(uint64_t offset, uint64_t size) const {
    std::string bytes(size, '\0');
    size_t filled = 0;
    while (filled < bytes.size()) {
      const ssize_t got = pread(fd_, bytes.data() + filled, bytes.size() - filled,
                                static_cast<off_t>(offset + filled));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return ErrnoError("read", path_);
      if (got == 0) return Error{Code::kIo, path_ + " became shorter while it was uploaded"};
      filled += static_cast<size_t>(got);
    }
    return bytes;
  }

 private:
  LocalFile(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}

  int fd_;
  std::string path_;
  uint64_t size_ = 0;
};

}  // namespace

Result<StagedFile> StagedFile::Stage(S3Bucket& bucket, std::string_view key,
                                     const std::string& path, const std::atomic<bool>* cancel) {
  VARVE_RETURN_IF_ERROR(CheckKey(key));
  VARVE_ASSIGN_OR_RETURN(const LocalFile file, LocalFile::Open(path));
  StagedFile staged(bucket, key, path);
  if (file.size() <= kPartBytesMin) return staged;
  VARVE_ASSIGN_OR_RETURN(MultipartUpload upload, MultipartUpload::Begin(bucket, staged.key_));
  const uint64_t part = PartBytes(file.size());
  const uint64_t parts = (file.size() + part - 1) / part;
  VARVE_RETURN_IF_ERROR(InParallel(parts, kTransferThreads, [&](size_t i) -> Status {
    if (cancel != nullptr && *cancel) return Error{Code::kCancelled, "interrupted"};
    const uint64_t offset = i * part;
    VARVE_ASSIGN_OR_RETURN(const std::string content,
                           file.Read(offset, std::min(part, file.size() - offset)));
    return upload.PutPart(static_cast<int>(i) + 1, content);
  }));
  staged.upload_.emplace(std::move(upload));
  return staged;
}

Status StagedFile::Publish() {
  if (upload_) return upload_->Complete();
  VARVE_ASSIGN_OR_RETURN(const LocalFile file, LocalFile::Open(path_));
  VARVE_ASSIGN_OR_RETURN(const std::string content, file.Read(0, file.size()));
  AwsRequest request = bucket_->Request("PUT", key_);
  request.body = content;
  VARVE_RETURN_IF_ERROR(bucket_->Call(request, "write", key_));
  return Ok{};
}

}  // namespace varve::aws
