// Listings: pages of a bucket's objects.
#pragma once

#include <string_view>

#include "adapters/aws/s3/s3_bucket.h"
#include "adapters/aws/s3/s3_object.h"
#include "ports/object_store.h"

namespace varve::aws {

inline constexpr int kListMax = 1000;  // objects of a page

// Whether the bucket has versions. One that cannot be asked (R2 has no such call; a policy may lack
// s3:GetBucketVersioning) is taken for one without.
Result<Versioning> FindVersioning(S3Bucket& bucket);

// As ObjectStore::List.
Result<ListPage> ListNewest(S3Bucket& bucket, Versioning versioning, std::string_view prefix,
                            std::string_view after, int limit);

}  // namespace varve::aws
