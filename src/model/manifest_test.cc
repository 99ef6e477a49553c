#include "model/manifest.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

namespace varve {
namespace {

Manifest Sample() {
  Manifest manifest;
  manifest.pipeline = "orders";
  manifest.batch = "2025-01-17/batch-0001";
  manifest.created_us = 1'737'106'200'123'456;
  manifest.schema_version = 3;
  manifest.output_prefix = "pipeline/output/";
  manifest.files = {
      {{"in", "2025-01-17-file001.ndjson", "131-4096-1737106100000000000"},
       4096,
       "none",
       "2025-01-17"},
      {{"in", "a b+c%20\"\n\xF0\x9F\x98\x80.ndjson.gz", "v1"}, 77, "gzip", "2025-01-16"}};
  return manifest;
}

// The documented form, byte for byte (docs/reference/manifest.md).
constexpr std::string_view kGolden = R"({
  "varve_manifest": 1,
  "pipeline": "orders",
  "batch": "2025-01-17/batch-0001",
  "created": "2025-01-17T09:30:00.123456Z",
  "schema_version": 3,
  "output_prefix": "pipeline/output/",
  "files": [
    {"bucket": "in", "key": "2025-01-17-file001.ndjson", "version": "131-4096-1737106100000000000", "size_bytes": 4096, "compression": "none", "partition_date": "2025-01-17"},
    {"bucket": "in", "key": "a b+c%20\"\n😀.ndjson.gz", "version": "v1", "size_bytes": 77, "compression": "gzip", "partition_date": "2025-01-16"}
  ]
}
)";

TEST(ManifestJson, IsTheGoldenDocument) {
  EXPECT_EQ(ManifestToJson(Sample()), kGolden);
  const auto read = ManifestFromJson(kGolden);
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(*read, Sample());
}

TEST(ManifestJson, ReadsWhatLaterVersionsAdd) {
  std::string text(kGolden);
  text.insert(text.find("  \"files\""), "  \"added_later\": {\"a\": [1]},\n");
  const auto read = ManifestFromJson(text);
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(*read, Sample());
}

RC_GTEST_PROP(ManifestJson, AnyAsciiKeySurvives, ()) {
  Manifest manifest = Sample();
  manifest.files[0].ref.key = *rc::gen::container<std::string>(rc::gen::inRange<char>(0, 127));
  const auto read = ManifestFromJson(ManifestToJson(manifest));
  if (!read.ok()) RC_FAIL(read.error().message);
  RC_ASSERT(*read == manifest);
}

struct Broken {
  std::string_view from;
  std::string_view to;
  std::string_view says;
};

class BrokenManifest : public testing::TestWithParam<Broken> {};

TEST_P(BrokenManifest, IsCorruptWithPlaceAndReason) {
  std::string text(kGolden);
  text.replace(text.find(GetParam().from), GetParam().from.size(), GetParam().to);
  const auto read = ManifestFromJson(text);
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.error().code, Code::kCorrupt);
  EXPECT_EQ(read.error().message, GetParam().says);
}

INSTANTIATE_TEST_SUITE_P(
    Cases, BrokenManifest,
    testing::Values(
        Broken{"\"varve_manifest\": 1", "\"varve_manifest\": 2",
               "2:21: \"varve_manifest\" is a version this varve does not know; it reads version "
               "1"},
        Broken{"\"pipeline\": \"orders\",", "", "1:1: \"pipeline\" is missing"},
        Broken{"\"orders\"", "7", "3:15: \"pipeline\" must be a string, not an integer"},
        Broken{"T09:30", "T25:30",
               "5:14: \"created\" must be an instant, as in 2025-01-17T09:30:00.000000Z"},
        Broken{"3,", "-3,", "6:21: \"schema_version\" is negative"},
        Broken{"2025-01-16", "2025-01-32",
               "10:135: \"partition_date\" must be a day, as in 2025-01-17"},
        Broken{"    {\"bucket\": \"in\",", "    [], {\"bucket\": \"in\",",
               "9:5: a file must be an object, not an array"}));

}  // namespace
}  // namespace varve
