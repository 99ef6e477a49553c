// One version of one object: how S3 names it, and what it tells of it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "adapters/aws/s3/s3_bucket.h"
#include "model/object_ref.h"

namespace varve::aws {

inline constexpr int kRangeNotSatisfiable = 416;  // it begins beyond the end of the object

// Whether the bucket has, or had, versioning. Then versions have ids, but for those from before.
enum class Versioning { kNever, kEver };

// How a request names exactly one version: by `version_id`, by the ETag it must have, or both.
struct VersionSelector {
  std::string version_id;
  std::string etag;  // without quotes

  Query query() const;
};
VersionSelector SelectorOf(const ObjectRef& ref, Versioning versioning);

// An ObjectRef's version: the id, if it is one ("null" is none), else the ETag.
std::string VersionOf(std::string_view version_id, std::string_view etag, Versioning versioning);

std::string WithoutQuotes(std::string_view etag);

// Of an answer to HEAD or GET; to PUT, the size is not told.
ObjectInfo InfoOf(const HttpResponse& response, std::string_view bucket, std::string_view key,
                  Versioning versioning);

// The newest version of `key`. kNotFound.
Result<ObjectInfo> HeadNewest(S3Bucket& bucket, std::string_view key, Versioning versioning);
// Exactly that one. kNotFound.
Result<ObjectInfo> HeadVersion(S3Bucket& bucket, const ObjectRef& ref, Versioning versioning);

// Whether the answer means that the version is gone.
bool IsGone(const AwsFailure& failure, const VersionSelector& selector);
Error Gone(const ObjectRef& ref);

}  // namespace varve::aws
