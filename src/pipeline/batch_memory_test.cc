#include "pipeline/batch_memory.h"

#include <gtest/gtest.h>

namespace varve {
namespace {

TEST(BatchMemory, SurvivesTheRoundTrip) {
  BatchMemory memory;
  memory.job = "orders/2025-01-17/batch-0001/job-1-1";
  memory.job_attempt = 2;
  memory.job_owner = "p1";
  memory.result.emplace();
  memory.result->outputs = {{"staged", "final", 3, 99, "abc", true}};
  memory.result->outcomes = {{{"b", "k\n\"", "v"}, {6, 3, 2, 1}, "why"}};
  memory.result->missing = {{"b", "k2", "v2"}};
  Field field;
  field.name = field.source_name = "a";
  field.kind = TypeKind::kInt64;
  memory.result->schema.fields = {field};
  const auto read = DecodeMemory(EncodeMemory(memory));
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(read->job, memory.job);
  EXPECT_EQ(read->job_attempt, memory.job_attempt);
  EXPECT_EQ(read->job_owner, memory.job_owner);
  ASSERT_TRUE(read->result.has_value());
  EXPECT_EQ(read->result->outputs, memory.result->outputs);
  EXPECT_EQ(read->result->outcomes, memory.result->outcomes);
  EXPECT_EQ(read->result->missing, memory.result->missing);
  EXPECT_EQ(read->result->schema, memory.result->schema);
}

TEST(BatchMemory, EmptyTextIsAnEmptyMemory) {
  const auto read = DecodeMemory("");
  ASSERT_TRUE(read.ok());
  EXPECT_TRUE(read->job.empty());
  EXPECT_FALSE(read->result.has_value());
}

TEST(BatchMemory, DamageIsNoticed) {
  for (const char* text : {"{", "[]", "{\"job\":7,\"job_attempt\":1}",
                           "{\"job\":\"\",\"job_attempt\":1,\"job_owner\":\"\",\"result\":{}}"}) {
    const auto read = DecodeMemory(text);
    ASSERT_FALSE(read.ok()) << text;
    EXPECT_EQ(read.error().code, Code::kCorrupt);
  }
  EXPECT_EQ(BatchOfInput("{}").error().code, Code::kCorrupt);
  EXPECT_EQ(*BatchOfInput(EncodeInput("orders", "2025-01-17/batch-0001")), "2025-01-17/batch-0001");
}

}  // namespace
}  // namespace varve
