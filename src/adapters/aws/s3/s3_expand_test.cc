#include "adapters/aws/s3/s3_expand.h"

#include <gtest/gtest.h>

#include "adapters/aws/s3/s3_url.h"

namespace varve::aws {
namespace {

TEST(MatchesGlob, WithinAPartOfTheKey) {
  EXPECT_TRUE(MatchesGlob("logs/2025-01-17.ndjson", "logs/2025-*.ndjson"));
  EXPECT_FALSE(MatchesGlob("logs/a/2025-01-17.ndjson", "logs/2025-*.ndjson"));
  EXPECT_FALSE(MatchesGlob("logs/a/x.ndjson", "logs/*"));
  EXPECT_FALSE(MatchesGlob("logs", "logs/*"));
  EXPECT_FALSE(MatchesGlob("logs/.hidden", "logs/*"));
  EXPECT_TRUE(MatchesGlob("a/b1/c", "a/b[0-9]/?"));
}

TEST(MatchesGlob, TwoStarsAreAnyNumberOfParts) {
  EXPECT_TRUE(MatchesGlob("logs/x.json", "logs/**/*.json"));
  EXPECT_TRUE(MatchesGlob("logs/a/b/x.json", "logs/**/*.json"));
  EXPECT_FALSE(MatchesGlob("logs/a/b/x.txt", "logs/**/*.json"));
  EXPECT_TRUE(MatchesGlob("logs/a/b", "logs/**"));
}

TEST(S3Url, BucketAndKey) {
  const auto url = ParseS3Url("s3://in/a//b c.ndjson");
  ASSERT_TRUE(url.ok());
  EXPECT_EQ(url->bucket, "in");
  EXPECT_EQ(url->key, "a//b c.ndjson");
  EXPECT_EQ(ParseS3Url("s3://in")->key, "");
  EXPECT_EQ(ParseS3Url("s3:///x").error().code, Code::kInvalidArgument);
  EXPECT_EQ(ParseS3Url("s3://a@b/x").error().code, Code::kInvalidArgument);
  EXPECT_FALSE(IsS3Url("s3:/x"));
}

}  // namespace
}  // namespace varve::aws
