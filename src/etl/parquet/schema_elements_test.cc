#include "etl/parquet/schema_elements.h"

#include <gtest/gtest.h>

namespace varve::parquet {
namespace {

Field Make(const std::string& name, TypeKind kind, std::vector<Field> children = {}) {
  Field field;
  field.name = name;
  field.kind = kind;
  field.children = std::move(children);
  return field;
}

std::string Dotted(const LeafColumn& leaf) {
  std::string path;
  for (const std::string& part : leaf.path) path += (path.empty() ? "" : ".") + part;
  return path + " " + std::to_string(leaf.max_definition_level) + "/" +
         std::to_string(leaf.max_repetition_level);
}

TEST(SchemaElementsTest, LeavesAreDepthFirstWithTheirLevels) {
  using enum TypeKind;
  const Schema schema{{
      Make("a", kInt64),
      Make("s", kStruct, {Make("b", kBool), Make("c", kUnknown)}),
      Make("l", kList, {Make("ignored", kList, {Make("", kDouble)})}),
      Make("m", kMap, {Make("", kDate)}),
  }};
  const Result<ParquetSchema> built = BuildParquetSchema(schema);
  ASSERT_TRUE(built.ok()) << built.error().message;
  std::vector<std::string> leaves;
  for (const LeafColumn& leaf : built->leaves) leaves.push_back(Dotted(leaf));
  EXPECT_EQ(leaves, (std::vector<std::string>{"a 1/0", "s.b 2/0", "s.c 2/0",
                                              "l.list.element.list.element 5/2",
                                              "m.key_value.key 2/1", "m.key_value.value 3/1"}));
  EXPECT_EQ(built->elements.size(), 14U);
  EXPECT_EQ(built->elements[0].num_children, 4);
  EXPECT_EQ(built->leaves[1].field, &schema.fields[1].children[0]);
  EXPECT_TRUE(built->leaves[4].is_map_key);
  EXPECT_EQ(built->leaves[4].field, &schema.fields[3]);
  const SchemaElement& key = built->elements[12];
  EXPECT_EQ(key.repetition, Repetition::kRequired);
  EXPECT_EQ(key.converted_type, converted_type::kUtf8);
}

TEST(SchemaElementsTest, OnlyUtcTimestampsHaveTheLegacyType) {
  const Schema schema{{Make("u", TypeKind::kTimestampUtc), Make("l", TypeKind::kTimestampLocal)}};
  const ParquetSchema built = BuildParquetSchema(schema).value();
  EXPECT_EQ(built.elements[1].converted_type, converted_type::kTimestampMicros);
  EXPECT_TRUE(built.elements[1].logical_type->is_adjusted_to_utc);
  EXPECT_FALSE(built.elements[2].converted_type.has_value());
  EXPECT_FALSE(built.elements[2].logical_type->is_adjusted_to_utc);
}

TEST(SchemaElementsTest, DecimalsTakeTheFewestBytes) {
  // Largest precision of each length, from the table in LogicalTypes.md.
  const int largest[] = {2, 4, 6, 9, 11, 14, 16, 18, 21, 23, 26, 28, 31, 33, 35, 38};
  for (int bytes = 1; bytes <= 16; ++bytes) {
    EXPECT_EQ(DecimalBytes(largest[bytes - 1]), bytes);
    EXPECT_EQ(DecimalBytes(largest[bytes - 1] + 1), bytes + 1);
  }
}

TEST(SchemaElementsTest, ImpossibleFieldsAreRefused) {
  Field decimal = Make("d", TypeKind::kDecimal);
  decimal.precision = 3;
  decimal.scale = 4;
  for (const Field& field : {Make("s", TypeKind::kStruct), Make("l", TypeKind::kList),
                             Make("m", TypeKind::kMap), decimal}) {
    const Result<ParquetSchema> built = BuildParquetSchema(Schema{{field}});
    ASSERT_FALSE(built.ok()) << field.name;
    EXPECT_EQ(built.error().code, Code::kInvalidArgument);
    EXPECT_EQ(built.error().message.rfind("column " + field.name + ": ", 0), 0U);
  }
  Field deep = Make("x", TypeKind::kInt64);
  for (int i = 0; i < 130; ++i) deep = Make("x", TypeKind::kList, {deep});
  EXPECT_EQ(BuildParquetSchema(Schema{{deep}}).error().code, Code::kLimit);
}

}  // namespace
}  // namespace varve::parquet
