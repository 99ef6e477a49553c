// MultipartUpload: a large object in parts. Nothing of it is visible before Complete.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "adapters/aws/s3/s3_bucket.h"
#include "base/result.h"

namespace varve::aws {

inline constexpr uint64_t kPartBytesMin = 16ull << 20;
inline constexpr size_t kTransferThreads = 4;

// The bytes of each part but the last: 16 MiB, and more where 10 000 parts would not do.
uint64_t PartBytes(uint64_t object_bytes);

// Parts may be put by several threads at once. Destroyed before Complete, it takes back what was
// put: left alone, parts would be paid for until a lifecycle rule removes them.
class MultipartUpload {
 public:
  // `bucket` must outlive it. Where an answer was lost, uploads of this key that nobody knows are
  // taken back.
  static Result<MultipartUpload> Begin(S3Bucket& bucket, std::string key);
  MultipartUpload(MultipartUpload&& other) noexcept;
  ~MultipartUpload();

  // Numbers are from 1.
  Status PutPart(int number, std::string_view content);
  // `source` is "x-amz-copy-source" and the conditions on it.
  Status CopyPart(int number, const HttpHeaders& source, uint64_t first, uint64_t last);
  // Succeeds, too, if it was completed and the answer to that was lost.
  Status Complete();

 private:
  MultipartUpload(S3Bucket& bucket, std::string key, std::string id)
      : bucket_(bucket), key_(std::move(key)), id_(std::move(id)) {}
  void Took(int number, std::string etag);
  Query PartQuery(int number) const;
  std::string PartsXml() const;
  bool IsComplete() const;

  S3Bucket& bucket_;
  const std::string key_;
  std::string id_;  // empty: there is nothing to take back
  std::mutex mutex_;
  std::map<int, std::string> etags_;
};

// S3 begins some answers before it knows how they end: a success may hold an <Error>.
Result<HttpResponse> CallThatMayFailLate(S3Bucket& bucket, const AwsRequest& request,
                                         std::string_view verb, std::string_view key);

}  // namespace varve::aws
