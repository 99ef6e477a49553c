#include <gtest/gtest.h>

#include "model/schema_json.h"

namespace varve {
namespace {

Field FieldOf(TypeKind kind, std::vector<Field> children = {}) {
  Field field;
  field.kind = kind;
  field.children = std::move(children);
  return field;
}

TEST(TypeToString, SpellsNestedTypes) {
  Field a = FieldOf(TypeKind::kInt64);
  a.name = "a";
  Field t = FieldOf(TypeKind::kTimestampUtc);
  t.name = "t";
  const Field list = FieldOf(TypeKind::kList, {FieldOf(TypeKind::kStruct, {a, t})});
  EXPECT_EQ(TypeToString(list), "list<struct<a: int64, t: timestamp[us, UTC]>>");
  EXPECT_EQ(TypeToString(FieldOf(TypeKind::kMap, {list})),
            "map<string, list<struct<a: int64, t: timestamp[us, UTC]>>>");
}

TEST(ParseTypeName, ReadsEveryScalar) {
  for (const auto& [text, kind] : std::vector<std::pair<std::string_view, TypeKind>>{
           {"unknown", TypeKind::kUnknown},
           {"bool", TypeKind::kBool},
           {"int64", TypeKind::kInt64},
           {"double", TypeKind::kDouble},
           {" string ", TypeKind::kString},
           {"timestamp_utc", TypeKind::kTimestampUtc},
           {"timestamp_local", TypeKind::kTimestampLocal},
           {"date", TypeKind::kDate},
           {"json", TypeKind::kJson}}) {
    const auto field = ParseTypeName(text);
    ASSERT_TRUE(field.ok()) << text;
    EXPECT_EQ(field->kind, kind) << text;
  }
}

TEST(ParseTypeName, ReadsDecimal) {
  const auto field = ParseTypeName("decimal(20, 3)");
  ASSERT_TRUE(field.ok());
  EXPECT_EQ(field->precision, 20);
  EXPECT_EQ(field->scale, 3);
  EXPECT_EQ(TypeToString(*field), "decimal(20,3)");
}

TEST(ParseTypeName, RefusesWithTheAcceptedSpellings) {
  for (const std::string_view text :
       {"", "int", "INT64", "struct", "decimal", "decimal()", "decimal(1)", "decimal(39,0)",
        "decimal(3,4)", "decimal(0,0)", "decimal(3,-1)", "decimal(3,1", "decimal,3(1)",
        "decimal(a,b)", "list<int64>"}) {
    const auto field = ParseTypeName(text);
    ASSERT_FALSE(field.ok()) << text;
    EXPECT_EQ(field.error().code, Code::kInvalidArgument);
    EXPECT_NE(field.error().message.find("decimal("), std::string::npos) << field.error().message;
  }
}

}  // namespace
}  // namespace varve
