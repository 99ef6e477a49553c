// "s3://bucket/key": how people name objects.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace varve::aws {

struct S3Url {
  std::string bucket;
  std::string key;  // or a prefix; as it is, nothing in it is escaped
};

bool IsS3Url(std::string_view text);
// kInvalidArgument, saying what is wrong with it.
Result<S3Url> ParseS3Url(std::string_view text);

}  // namespace varve::aws
