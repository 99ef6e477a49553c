#include "adapters/aws/s3/s3_copy.h"

#include <algorithm>

#include "adapters/aws/s3/in_parallel.h"
#include "adapters/aws/s3/s3_multipart.h"

namespace varve::aws {
namespace {

constexpr uint64_t kCopyBytesMax = 5ull << 30;
constexpr uint64_t kCopyPartBytes = 512ull << 20;

HttpHeaders SourceHeaders(const S3Bucket& bucket, const ObjectInfo& from, Versioning versioning) {
  const VersionSelector selector = SelectorOf(from.ref, versioning);
  std::string source = EscapePath("/" + bucket.name() + "/" + from.ref.key);
  if (!selector.version_id.empty()) source += "?versionId=" + EscapeText(selector.version_id);
  return {{"x-amz-copy-source", std::move(source)},
          {"x-amz-copy-source-if-match", "\"" + from.etag + "\""}};
}

Status CopyInParts(S3Bucket& bucket, const ObjectInfo& from, const HttpHeaders& source,
                   std::string_view to) {
  VARVE_ASSIGN_OR_RETURN(MultipartUpload upload, MultipartUpload::Begin(bucket, std::string(to)));
  const uint64_t size = from.size_bytes;
  const uint64_t part = std::max(kCopyPartBytes, PartBytes(size));
  VARVE_RETURN_IF_ERROR(
      InParallel((size + part - 1) / part, kTransferThreads, [&](size_t i) -> Status {
        const uint64_t first = i * part;
        return upload.CopyPart(static_cast<int>(i) + 1, source, first,
                               std::min(first + part, size) - 1);
      }));
  return upload.Complete();
}

}  // namespace

Status Copy(S3Bucket& bucket, const ObjectInfo& from, Versioning versioning, std::string_view to) {
  const HttpHeaders source = SourceHeaders(bucket, from, versioning);
  Status copied = Ok{};
  if (from.size_bytes > kCopyBytesMax) {
    copied = CopyInParts(bucket, from, source, to);
  } else {
    AwsRequest request = bucket.Request("PUT", to);
    request.headers = source;
    const auto done = CallThatMayFailLate(bucket, request, "copy to", to);
    if (!done.ok()) copied = Error(done.error());
  }
  // A failed condition, or no such version: something else took its place since it was looked at.
  const bool gone = !copied.ok() && (copied.error().code == Code::kConflict ||
                                     copied.error().code == Code::kNotFound);
  if (gone) return Gone(from.ref);
  return copied;
}

}  // namespace varve::aws
