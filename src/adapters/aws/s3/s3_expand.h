// S3 URLs of inputs into lists of objects, as ExpandInputs (etl/source/source.h) does with paths.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "adapters/aws/s3/s3_bucket.h"
#include "model/object_ref.h"

namespace varve::aws {

// Of an object, itself; of a prefix, all below it whose names say NDJSON, but for hidden and
// "_"-prefixed ones; of a glob ("*", "?", "[...]" within a part of the key, "**" for any number of
// parts), what matches. In the byte order of keys. An object that exists is never taken for a glob.
// kNotFound when there is nothing, saying the remedy.
Result<std::vector<ObjectInfo>> ExpandS3(S3Bucket& bucket, const std::string& pattern);

bool MatchesGlob(std::string_view key, std::string_view pattern);

}  // namespace varve::aws
