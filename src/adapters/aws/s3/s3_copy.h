// Copies within a bucket, made by S3 itself.
#pragma once

#include <string_view>

#include "adapters/aws/s3/s3_bucket.h"
#include "adapters/aws/s3/s3_object.h"

namespace varve::aws {

// Makes `to` the object that the version `from` is. Objects beyond 5 GiB, the most that one request
// copies, go in parts, and lose tags and metadata with it. kNotFound: that version is gone.
Status Copy(S3Bucket& bucket, const ObjectInfo& from, Versioning versioning, std::string_view to);

}  // namespace varve::aws
