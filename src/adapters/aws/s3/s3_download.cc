#include "adapters/aws/s3/s3_download.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <optional>
#include <utility>

#include "adapters/aws/s3/in_parallel.h"
#include "adapters/aws/s3/s3_multipart.h"

namespace varve::aws {
namespace {

constexpr int kBrokenOffMax = 5;  // answers in a row that broke off without a byte

// "bytes 0-99/1234": 1234.
uint64_t TotalOf(const HttpResponse& response) {
  std::string_view text = response.Header("content-range");
  text.remove_prefix(std::min(text.size(), text.rfind('/') + 1));
  if (text.empty()) text = response.Header("content-length");  // the whole object
  uint64_t total = 0;
  std::from_chars(text.data(), text.data() + text.size(), total);
  return total;
}

AwsRequest RequestOf(const S3Bucket& bucket, const RangeRequest& range, uint64_t done) {
  AwsRequest request = bucket.Request("GET", range.key, range.version.query());
  request.headers.emplace_back("Range", "bytes=" + std::to_string(range.offset + done) + "-" +
                                            std::to_string(range.offset + range.bytes - 1));
  if (!range.version.etag.empty()) {
    request.headers.emplace_back("If-Match", "\"" + range.version.etag + "\"");
  }
  return request;
}

Error GoneOf(const S3Bucket& bucket, const RangeRequest& range) {
  const VersionSelector& version = range.version;
  return Gone({bucket.name(), std::string(range.key),
               version.etag.empty() ? version.version_id : version.etag});
}

// The file that is written, removed unless it is complete.
class PartialFile {
 public:
  explicit PartialFile(std::string path)
      : path_(std::move(path)),
        fd_(open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)) {}
  ~PartialFile() {
    if (fd_ < 0) return;
    close(fd_);
    if (!complete_) unlink(path_.c_str());
  }
  PartialFile(const PartialFile&) = delete;
  PartialFile& operator=(const PartialFile&) = delete;

  bool valid() const { return fd_ >= 0; }
  void Complete() { complete_ = true; }

  Status WriteAt(uint64_t offset, std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t written = pwrite(fd_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return ErrnoError("write", path_);
      bytes.remove_prefix(static_cast<size_t>(written));
      offset += static_cast<uint64_t>(written);
    }
    return Ok{};
  }

 private:
  const std::string path_;
  const int fd_;
  bool complete_ = false;
};

// One part into its place; gives the size of the whole object.
Result<uint64_t> DownloadPart(S3Bucket& bucket, const RangeRequest& range,
                              const PartialFile& file) {
  uint64_t offset = range.offset;
  std::optional<Error> failed;
  auto size = ReadRange(bucket, range, [&](std::string_view piece) {
    Status written = file.WriteAt(offset, piece);
    if (!written.ok()) failed = std::move(written).error();
    offset += piece.size();
    return !failed.has_value();
  });
  if (failed) return std::move(*failed);
  return size;
}

}  // namespace

Result<uint64_t> ReadRange(S3Bucket& bucket, const RangeRequest& range,
                           const std::function<bool(std::string_view)>& take) {
  uint64_t done = 0;
  bool enough = false;
  for (int broken_off = 0;;) {
    const uint64_t before = done;
    AwsRequest request = RequestOf(bucket, range, done);
    request.on_body = [&](std::string_view piece) {
      done += piece.size();
      enough = !take(piece);
      return !enough;
    };
    const auto reply = bucket.Send(request, "read", range.key);
    if (reply.ok() && !reply->failure) {
      const std::string etag = WithoutQuotes(reply->response.Header("etag"));
      const bool other = !range.version.etag.empty() && etag != range.version.etag;
      if (other) return GoneOf(bucket, range);
      const uint64_t size = TotalOf(reply->response);
      const uint64_t wanted = std::min(range.bytes, size - std::min(size, range.offset));
      if (done == wanted) return size;
      if (done > wanted) {
        return Error{Code::kCorrupt,
                     "read " + bucket.Url(range.key) + ": the store ignores byte ranges"};
      }
    } else if (reply.ok()) {
      if (reply->failure->status == kRangeNotSatisfiable) {
        const uint64_t size = TotalOf(reply->response);  // "bytes */1234"
        return reply->response.Header("content-range").empty() ? uint64_t{0} : size;
      }
      if (IsGone(*reply->failure, range.version)) return GoneOf(bucket, range);
      return bucket.ErrorOf(*reply, "read", range.key);
    } else if (enough || !IsRetryable(reply.error().code)) {
      return Error(reply.error());
    }
    broken_off = done == before ? broken_off + 1 : 0;
    if (broken_off < kBrokenOffMax) continue;
    if (!reply.ok()) return Error(reply.error());
    return Error{Code::kIo, "read " + bucket.Url(range.key) + ": the answer is incomplete"};
  }
}

Status Download(S3Bucket& bucket, const ObjectRef& ref, Versioning versioning,
                const std::string& path) {
  RangeRequest first{ref.key, SelectorOf(ref, versioning), 0, kPartBytesMin};
  PartialFile file(path);
  if (!file.valid()) return ErrnoError("create", path);
  VARVE_ASSIGN_OR_RETURN(const uint64_t size, DownloadPart(bucket, first, file));
  const uint64_t parts = (size + kPartBytesMin - 1) / kPartBytesMin;
  if (parts > 1) {
    VARVE_RETURN_IF_ERROR(InParallel(parts - 1, kTransferThreads, [&](size_t i) -> Status {
      RangeRequest range = first;
      range.offset = (i + 1) * kPartBytesMin;
      range.bytes = std::min(kPartBytesMin, size - range.offset);
      const auto downloaded = DownloadPart(bucket, range, file);
      if (!downloaded.ok()) return Error(downloaded.error());
      return Ok{};
    }));
  }
  file.Complete();
  return Ok{};
}

}  // namespace varve::aws
