#include "adapters/aws/s3/s3_bucket.h"

#include <gtest/gtest.h>

#include "adapters/aws/s3/s3_multipart.h"
#include "adapters/aws/s3/s3_object.h"

namespace varve::aws {
namespace {

Environment With(std::string name, std::string value) {
  return [name, value](const char* asked) -> std::optional<std::string> {
    if (asked == name) return value;
    return std::nullopt;
  };
}

TEST(S3Address, VirtualHostUnlessThatCannotWork) {
  const Environment none = With("", "");
  EXPECT_EQ(AddressOf("in", "eu-west-1", none).endpoint, "https://in.s3.eu-west-1.amazonaws.com");
  EXPECT_EQ(AddressOf("in", "eu-west-1", none).path, "/");
  EXPECT_EQ(AddressOf("in.logs", "eu-west-1", none).endpoint, "https://s3.eu-west-1.amazonaws.com");
  EXPECT_EQ(AddressOf("in.logs", "eu-west-1", none).path, "/in.logs/");
  const Environment own = With("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9000/");
  EXPECT_EQ(AddressOf("in", "eu-west-1", own).endpoint, "http://127.0.0.1:9000");
  EXPECT_EQ(AddressOf("in", "eu-west-1", own).path, "/in/");
}

TEST(S3Version, IdWhereThereIsOneElseETag) {
  const std::string etag(32, 'a');
  EXPECT_EQ(VersionOf("v1", "\"" + etag + "\"", Versioning::kEver), "v1");
  EXPECT_EQ(VersionOf("null", "\"" + etag + "\"", Versioning::kEver), etag);
  EXPECT_EQ(VersionOf("v1", "\"" + etag + "\"", Versioning::kNever), etag);
}

TEST(S3Version, ETagsSelectTheNullVersion) {
  const std::string etag = std::string(32, '0') + "-12";
  EXPECT_EQ(SelectorOf({"b", "k", etag}, Versioning::kEver).version_id, "null");
  EXPECT_EQ(SelectorOf({"b", "k", etag}, Versioning::kEver).etag, etag);
  EXPECT_EQ(SelectorOf({"b", "k", etag}, Versioning::kNever).version_id, "");
  EXPECT_EQ(SelectorOf({"b", "k", "01ARZ3"}, Versioning::kEver).version_id, "01ARZ3");
  EXPECT_EQ(SelectorOf({"b", "k", "01ARZ3"}, Versioning::kEver).etag, "");
}

TEST(S3Multipart, TenThousandPartsAreEnough) {
  EXPECT_EQ(PartBytes(1), 16u << 20);
  EXPECT_EQ(PartBytes(160'000ull << 20), 16u << 20);
  const uint64_t largest = 5ull << 40;
  EXPECT_LE((largest + PartBytes(largest) - 1) / PartBytes(largest), 10'000u);
}

}  // namespace
}  // namespace varve::aws
