#include "adapters/aws/s3/s3_upload.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "adapters/aws/s3/in_parallel.h"
#include "adapters/aws/s3/s3_multipart.h"

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

Status PutWhole(S3Bucket& bucket, std::string_view key, std::string_view content) {
  AwsRequest request = bucket.Request("PUT", key);
  request.body = content;
  VARVE_RETURN_IF_ERROR(bucket.Call(request, "write", key));
  return Ok{};
}

Status Upload(S3Bucket& bucket, std::string_view key, const std::string& path) {
  VARVE_RETURN_IF_ERROR(CheckKey(key));
  VARVE_ASSIGN_OR_RETURN(const LocalFile file, LocalFile::Open(path));
  if (file.size() <= kPartBytesMin) {
    VARVE_ASSIGN_OR_RETURN(const std::string content, file.Read(0, file.size()));
    return PutWhole(bucket, key, content);
  }
  VARVE_ASSIGN_OR_RETURN(MultipartUpload upload, MultipartUpload::Begin(bucket, std::string(key)));
  const uint64_t part = PartBytes(file.size());
  const uint64_t parts = (file.size() + part - 1) / part;
  VARVE_RETURN_IF_ERROR(InParallel(parts, kTransferThreads, [&](size_t i) -> Status {
    const uint64_t offset = i * part;
    VARVE_ASSIGN_OR_RETURN(const std::string content,
                           file.Read(offset, std::min(part, file.size() - offset)));
    return upload.PutPart(static_cast<int>(i) + 1, content);
  }));
  return upload.Complete();
}

}  // namespace varve::aws
