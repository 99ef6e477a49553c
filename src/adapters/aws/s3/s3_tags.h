// Tags of objects.
#pragma once

#include <string_view>

#include "adapters/aws/s3/s3_bucket.h"
#include "adapters/aws/s3/s3_object.h"

namespace varve::aws {

// Sets one tag and keeps the others. S3 replaces all tags of an object at once and knows no
// condition on them, so of two that tag the same object at the same time one may be lost.
Status SetTag(S3Bucket& bucket, const ObjectRef& ref, Versioning versioning, std::string_view name,
              std::string_view value);

}  // namespace varve::aws
