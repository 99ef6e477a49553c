// Downloads: objects that become local files.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "adapters/aws/s3/s3_bucket.h"
#include "adapters/aws/s3/s3_object.h"
#include "base/result.h"

namespace varve::aws {

// Bytes of one version, as they come.
struct RangeRequest {
  std::string_view key;
  VersionSelector version;
  uint64_t offset = 0;
  uint64_t bytes = 0;  // > 0; fewer are there at the end of the object
};

// Gives the bytes to `take` (false: enough), which is called with consecutive pieces, by this
// thread; after an answer that broke off, it goes on where that ended. Returns the size of the
// whole object. kNotFound: that version is gone. kCancelled: `take` had enough.
Result<uint64_t> ReadRange(S3Bucket& bucket, const RangeRequest& range,
                           const std::function<bool(std::string_view)>& take);

// The version `ref` as the file `path`: parts in parallel, each written as it arrives. kNotFound.
Status Download(S3Bucket& bucket, const ObjectRef& ref, Versioning versioning,
                const std::string& path);

}  // namespace varve::aws
