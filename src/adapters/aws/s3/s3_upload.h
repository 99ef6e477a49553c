// Uploads: local files that become objects.
#pragma once

#include <atomic>
#include <optional>
#include <string>
#include <string_view>

#include "adapters/aws/s3/s3_multipart.h"
#include "base/result.h"

namespace varve::aws {

// A file on its way to be an object. Large files are in the bucket already, as an upload that only
// has to be completed; small ones are still local. Nothing is visible before Publish; destroyed
// before it, nothing remains. At most kTransferThreads parts are in memory at a time.
class StagedFile {
 public:
  // kNotFound: there is no such file. kCancelled: `cancel`, which may be null, was set. `bucket`
  // must outlive it.
  static Result<StagedFile> Stage(S3Bucket& bucket, std::string_view key, const std::string& path,
                                  const std::atomic<bool>* cancel);
  Status Publish();

 private:
  StagedFile(S3Bucket& bucket, std::string_view key, std::string path)
      : bucket_(&bucket), key_(key), path_(std::move(path)) {}

  S3Bucket* bucket_;
  std::string key_;
  std::string path_;
  std::optional<MultipartUpload> upload_;  // none: small
};

}  // namespace varve::aws
