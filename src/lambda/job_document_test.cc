#include "lambda/job_document.h"

#include <gtest/gtest.h>

#include "model/schema_json.h"

namespace varve::lambda {
namespace {

JobDocument Example() {
  JobDocument document;
  document.job = "orders/2025-01-17/batch-0001/job-1-1";
  document.manifest.pipeline = "orders";
  document.manifest.batch = "2025-01-17/batch-0001";
  document.manifest.created_us = 1'737'072'000'000'000;
  document.manifest.schema_version = 3;
  document.manifest.output_prefix = "out/";
  document.manifest.files = {{{"in", "a \xC3\xBC\".ndjson", "v1"}, 10, "none", "2025-01-17"}};
  document.schema.version = 3;
  document.schema.pinned = true;
  document.schema.schema = *SchemaFromJson(
      R"({"varve_schema":1,"fields":[{"name":"b","type":"int64"},{"name":"a","type":"string"}]})");
  document.conversion = {{"partition", "filename-date"}};
  document.output = "s3://lake/out/";
  document.staging = "s3://lake/_varve/staging/x/";
  return document;
}

TEST(JobDocument, ComesBackAsItWas) {
  const JobDocument document = Example();
  const auto read = JobDocumentFromJson(JobDocumentToJson(document));
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(read->job, document.job);
  EXPECT_EQ(read->manifest, document.manifest);
  EXPECT_EQ(read->schema.version, 3U);
  EXPECT_TRUE(read->schema.pinned);
  EXPECT_EQ(SchemaToJson(read->schema.schema), SchemaToJson(document.schema.schema));
  EXPECT_EQ(read->conversion, document.conversion);
  EXPECT_EQ(read->output, document.output);
  EXPECT_EQ(read->staging, document.staging);
}

TEST(JobDocument, MayHaveNoSchemaYet) {
  JobDocument document = Example();
  document.schema = {};
  const auto read = JobDocumentFromJson(JobDocumentToJson(document));
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(read->schema.version, 0U);
}

TEST(JobDocument, DamageIsTold) {
  EXPECT_EQ(JobDocumentFromJson("{").error().code, Code::kCorrupt);
  EXPECT_EQ(JobDocumentFromJson("{}").error().code, Code::kCorrupt);
  std::string later = JobDocumentToJson(Example());
  later.replace(later.find("\"version\": 1"), 12, "\"version\": 2");
  EXPECT_EQ(JobDocumentFromJson(later).error().code, Code::kCorrupt);
}

}  // namespace
}  // namespace varve::lambda
