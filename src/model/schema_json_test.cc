#include "model/schema_json.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <set>

namespace varve {
namespace {

Field Named(std::string name, Field field) {
  field.source_name = name;
  field.name = std::move(name);
  return field;
}

Field Of(TypeKind kind, std::vector<Field> children = {}) {
  Field field;
  field.kind = kind;
  field.children = std::move(children);
  return field;
}

rc::Gen<std::string> GenName() {
  return rc::gen::nonEmpty(rc::gen::container<std::string>(
      rc::gen::element('a', 'B', '_', ' ', '"', '\\', '.', '\n', '\x01', '/', '{')));
}

Field AnyField(int depth);

std::vector<Field> AnyFields(int depth) {
  std::set<std::string> names;
  std::vector<Field> fields;
  for (int count = *rc::gen::inRange(0, 4); count > 0; --count) {
    const std::string name = *GenName();
    if (!names.insert(name).second) continue;
    Field field = Named(name, AnyField(depth));
    // A renamed column: unique too, since no generated name holds a '#'.
    if (*rc::gen::arbitrary<bool>()) field.source_name = "#" + name;
    fields.push_back(std::move(field));
  }
  return fields;
}

Field AnyField(int depth) {
  const int kinds = static_cast<int>(depth > 0 ? TypeKind::kMap : TypeKind::kJson);
  Field field = Of(static_cast<TypeKind>(*rc::gen::inRange(0, kinds + 1)));
  switch (field.kind) {
    case TypeKind::kDecimal:
      field.precision = *rc::gen::inRange(1, 39);
      field.scale = *rc::gen::inRange(0, field.precision + 1);
      break;
    case TypeKind::kStruct: field.children = AnyFields(depth - 1); break;
    case TypeKind::kList: field.children = {Named("element", AnyField(depth - 1))}; break;
    case TypeKind::kMap: field.children = {Named("value", AnyField(depth - 1))}; break;
    default: break;
  }
  return field;
}

RC_GTEST_PROP(SchemaJson, EverySchemaSurvivesTheRoundTrip, ()) {
  const Schema schema{AnyFields(4)};
  const auto read = SchemaFromJson(SchemaToJson(schema));
  if (!read.ok()) RC_FAIL(read.error().message + "\n" + SchemaToJson(schema));
  RC_ASSERT(*read == schema);
}

TEST(SchemaJson, WritesOneFieldALine) {
  Field renamed = Named("id", Of(TypeKind::kInt64));
  renamed.source_name = "ID";
  const Schema schema{{renamed,
                       Named("a", Of(TypeKind::kStruct, {Named("b", Of(TypeKind::kDate))})),
                       Named("l", Of(TypeKind::kList, {Named("element", Of(TypeKind::kBool))}))}};
  EXPECT_EQ(SchemaToJson(schema),
            "{\n"
            "  \"varve_schema\": 1,\n"
            "  \"fields\": [\n"
            "    {\"name\": \"id\", \"key\": \"ID\", \"type\": \"int64\"},\n"
            "    {\"name\": \"a\", \"type\": \"struct\", \"fields\": [\n"
            "      {\"name\": \"b\", \"type\": \"date\"}\n"
            "    ]},\n"
            "    {\"name\": \"l\", \"type\": \"list\", \"element\": {\"type\": \"bool\"}}\n"
            "  ]\n"
            "}\n");
}

TEST(SchemaJson, ReadsTheDeepestSchemaAllowed) {
  Field field = Of(TypeKind::kInt64);
  for (int depth = 0; depth < 100; ++depth) {
    field = Of(TypeKind::kStruct, {Named("s", std::move(field))});
  }
  const Schema schema{{Named("top", std::move(field))}};
  const auto read = SchemaFromJson(SchemaToJson(schema));
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(*read, schema);
}

struct BadCase {
  std::string_view text;
  std::string_view position;
  std::string_view says;
};

class BadSchema : public testing::TestWithParam<BadCase> {};

TEST_P(BadSchema, NamesPlaceAndReason) {
  const auto read = SchemaFromJson(GetParam().text);
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.error().code, Code::kInvalidArgument);
  const std::string& message = read.error().message;
  EXPECT_TRUE(message.starts_with(std::string(GetParam().position) + ": ")) << message;
  EXPECT_NE(message.find(GetParam().says), std::string::npos) << message;
}

INSTANTIATE_TEST_SUITE_P(
    Cases, BadSchema,
    testing::Values(
        BadCase{"", "1:1", "not valid JSON"}, BadCase{"[]", "1:1", "must be an object"},
        BadCase{"{\"varve_schema\": 1,\n \"fields\": [}", "2:13", "not valid JSON"},
        BadCase{"{\"varve_schema\": 1} x", "1:21", "not valid JSON"},
        BadCase{"{\"fields\": []}", "1:1", "\"varve_schema\" is missing"},
        BadCase{"{\"varve_schema\": 2, \"fields\": []}", "1:2", "this varve reads version 1"},
        BadCase{"{\"varve_schema\": 1, \"fields\": {}}", "1:21", "must be an array, not an object"},
        BadCase{"{\"varve_schema\": 1,\n\"feilds\": []}", "2:1", "accepted: varve_schema, fields"},
        BadCase{"{\"varve_schema\": 1, \"fields\": [\n 7]}", "2:2", "a field must be an object"},
        BadCase{"{\"varve_schema\": 1, \"fields\": [\n  {\"type\": \"bool\"}]}", "2:3",
                "\"name\" is missing"},
        BadCase{"{\"varve_schema\": 1, \"fields\": [\n  {\"name\": \"\", \"type\": \"bool\"}]}",
                "2:12", "needs a name"},
        BadCase{"{\"varve_schema\": 1, \"fields\": [\n  {\"name\": \"a\", \"type\": \"int\"}]}",
                "2:25", "accepted: unknown, bool, int64"},
        BadCase{"{\"varve_schema\": 1, \"fields\": [\n  {\"name\": \"a\", \"type\": \"bool\", "
                "\"fields\": []}]}",
                "2:33", "accepted: name, key, type"},
        BadCase{"{\"varve_schema\": 1, \"fields\": [{\"name\": \"a\\\"\", \"type\": \"bool\",\n"
                "\"type\": \"bool\"}]}",
                "2:1", "stands twice"},
        BadCase{"{\"varve_schema\": 1, \"fields\": [{\"name\": \"a\", \"type\": \"bool\"},\n"
                "{\"name\": \"a\", \"key\": \"b\", \"type\": \"bool\"}]}",
                "2:2", "two fields are called \"a\""},
        BadCase{"{\"varve_schema\": 1, \"fields\": [{\"name\": \"a\", \"type\": \"bool\"},\n"
                "{\"name\": \"b\", \"key\": \"a\", \"type\": \"bool\"}]}",
                "2:15", "filled from \"a\""},
        BadCase{"{\"varve_schema\": 1, \"fields\": [{\"name\": \"a\", \"type\": \"decimal\",\n"
                "\"precision\": 39, \"scale\": 0}]}",
                "2:1", "from 1 to 38"},
        BadCase{"{\"varve_schema\": 1, \"fields\": [{\"name\": \"a\", \"type\": \"decimal\",\n"
                "\"precision\": 4, \"scale\": 5}]}",
                "2:17", "from 0 to the precision"},
        BadCase{"{\"varve_schema\": 1, \"fields\": [{\"name\": \"a\", \"type\": \"list\",\n"
                "\"element\": {\"name\": \"x\", \"type\": \"bool\"}}]}",
                "2:13", "accepted: type"},
        BadCase{"{\"varve_schema\": 1, \"fields\": [{\"name\": \"a\", \"type\": \"map\"}]}", "1:32",
                "\"value\" is missing"}));

TEST(SchemaJson, RefusesBottomlessNesting) {
  const std::string text = "{\"varve_schema\": 1, \"fields\": " + std::string(100'000, '[');
  const auto read = SchemaFromJson(text);
  ASSERT_FALSE(read.ok());
  EXPECT_NE(read.error().message.find("nested deeper"), std::string::npos);
}

}  // namespace
}  // namespace varve
