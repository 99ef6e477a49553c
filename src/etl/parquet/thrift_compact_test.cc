#include "etl/parquet/thrift_compact.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <limits>

namespace varve::parquet {
namespace {

TEST(ThriftCompactTest, EveryKindOfFieldComesBack) {
  Buffer out;
  CompactWriter writer(&out);
  writer.BeginStruct();
  writer.Bool(1, true);
  writer.I16(2, -5);
  writer.I32(20, std::numeric_limits<int32_t>::min());  // a gap above 15: long field header
  writer.I64(21, std::numeric_limits<int64_t>::max());
  writer.Binary(22, "text");
  writer.BeginStruct(23);
  writer.Bool(1, false);
  writer.EndStruct();
  writer.BeginList(24, ThriftType::kI64, 20);  // above 14: long list header
  for (int64_t i = 0; i < 20; ++i) writer.ElementInt(i - 10);
  writer.EndStruct();

  CompactReader reader(out.bytes());
  FieldCursor field(&reader, ThriftType::kStruct);
  ASSERT_TRUE(field.Next());
  EXPECT_TRUE(reader.Bool(field.type()));
  ASSERT_TRUE(field.Next());
  EXPECT_EQ(reader.I32(field.type()), -5);
  ASSERT_TRUE(field.Next());
  EXPECT_EQ(field.id(), 20);
  EXPECT_EQ(reader.I32(field.type()), std::numeric_limits<int32_t>::min());
  ASSERT_TRUE(field.Next());
  EXPECT_EQ(reader.I64(field.type()), std::numeric_limits<int64_t>::max());
  ASSERT_TRUE(field.Next());
  EXPECT_EQ(reader.Binary(field.type()), "text");
  ASSERT_TRUE(field.Next());
  reader.Skip(field.type());
  ASSERT_TRUE(field.Next());
  EXPECT_EQ(field.id(), 24);
  const CompactReader::List list = reader.BeginList(field.type());
  ASSERT_EQ(list.size, 20U);
  for (int64_t i = 0; i < 20; ++i) EXPECT_EQ(reader.I64(list.element), i - 10);
  EXPECT_FALSE(field.Next());
  EXPECT_FALSE(reader.failed()) << reader.reason();
  EXPECT_EQ(reader.position(), out.size());
}

TEST(ThriftCompactTest, NestingIsLimited) {
  const std::vector<uint8_t> deep(100'000, 0x1C);  // field 1 is a struct, in which field 1 is ...
  CompactReader reader(deep);
  reader.Skip(ThriftType::kStruct);
  EXPECT_TRUE(reader.failed());
  EXPECT_EQ(reader.reason(), "nested too deeply");
}

TEST(ThriftCompactTest, AListCannotClaimMoreThanItsBytes) {
  const std::vector<uint8_t> list = {0xFC, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F};
  CompactReader reader(list);
  EXPECT_EQ(reader.BeginList(ThriftType::kList).size, 0U);
  EXPECT_TRUE(reader.failed());
}

TEST(ThriftCompactTest, TheFirstFailureSticks) {
  CompactReader reader({});
  reader.Fail("first");
  EXPECT_EQ(reader.I64(ThriftType::kI64), 0);
  EXPECT_EQ(reader.Binary(ThriftType::kBinary), "");
  EXPECT_EQ(reader.reason(), "first");
}

RC_GTEST_PROP(ThriftCompactPropertyTest, IntegersRoundTrip, (int64_t value)) {
  Buffer out;
  CompactWriter(&out).ElementInt(value);
  CompactReader reader(out.bytes());
  RC_ASSERT(reader.I64(ThriftType::kI64) == value);
  RC_ASSERT(reader.position() == out.size());
}

RC_GTEST_PROP(ThriftCompactPropertyTest, SkipsGarbage, (const std::vector<uint8_t>& garbage)) {
  CompactReader reader(garbage);
  reader.Skip(ThriftType::kStruct);
  RC_ASSERT(reader.position() <= garbage.size());
}

}  // namespace
}  // namespace varve::parquet
