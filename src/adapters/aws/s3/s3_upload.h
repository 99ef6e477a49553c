// Uploads: local files that become objects.
#pragma once

#include <string>
#include <string_view>

#include "adapters/aws/s3/s3_bucket.h"
#include "base/result.h"

namespace varve::aws {

// All of an object by one request, so it is in memory.
Status PutWhole(S3Bucket& bucket, std::string_view key, std::string_view content);

// Up to 16 MiB by one request, beyond as a multipart upload, kTransferThreads parts at a time,
// which are all that is in memory. kNotFound: there is no such file.
Status Upload(S3Bucket& bucket, std::string_view key, const std::string& path);

}  // namespace varve::aws
