#include "adapters/aws/s3/s3_url.h"

#include <algorithm>

namespace varve::aws {
namespace {

constexpr std::string_view kScheme = "s3://";
constexpr std::string_view kBucketCharacters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";

}  // namespace

bool IsS3Url(std::string_view text) { return text.starts_with(kScheme); }

Result<S3Url> ParseS3Url(std::string_view text) {
  const std::string_view rest = text.substr(std::min(text.size(), kScheme.size()));
  const size_t slash = std::min(rest.find('/'), rest.size());
  const std::string_view bucket = rest.substr(0, slash);
  if (bucket.empty() || bucket.find_first_not_of(kBucketCharacters) != bucket.npos) {
    return Error{Code::kInvalidArgument,
                 std::string(text) + " names no bucket; write s3://BUCKET/PREFIX/"};
  }
  return S3Url{std::string(bucket), std::string(rest.substr(std::min(slash + 1, rest.size())))};
}

}  // namespace varve::aws
