#include "etl/convert/output_schema.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

namespace varve {
namespace {

ObservedNode Leaf(Facts facts, uint32_t position = 0) {
  ObservedNode node;
  node.facts = facts;
  node.min_position = position;
  return node;
}

ObservedNode Object(std::initializer_list<std::pair<const char*, ObservedNode>> fields) {
  ObservedNode node = Leaf(kFactObject);
  for (const auto& [key, field] : fields) node.fields[key] = field;
  return node;
}

std::vector<std::string> Names(const std::vector<Field>& fields) {
  std::vector<std::string> names;
  for (const Field& field : fields) names.push_back(field.name);
  return names;
}

OutputSchema Make(const ObservedNode& root, const OutputSchemaOptions& options = {}) {
  Result<OutputSchema> schema = MakeOutputSchema(root, options);
  EXPECT_TRUE(schema.ok()) << schema.error().message;
  return schema.ok() ? std::move(*schema) : OutputSchema();
}

using StringList = std::vector<std::string>;

TEST(OutputSchemaTest, OrderIsTheEarliestPlaceThenTheName) {
  const ObservedNode root = Object({{"z", Leaf(kFactInt, 0)},
                                    {"b", Leaf(kFactInt, 1)},
                                    {"a", Leaf(kFactInt, 1)},
                                    {"y", Leaf(kFactInt, 7)}});
  EXPECT_EQ(Names(Make(root).schema.fields), (StringList{"z", "a", "b", "y"}));
  EXPECT_EQ(Make(root).name_mapping, "");
}

TEST(OutputSchemaTest, NamesReadersConfuseAreToldApart) {
  const ObservedNode root = Object({{"", Leaf(kFactInt, 0)},
                                    {"ID", Leaf(kFactInt, 1)},
                                    {"Id", Leaf(kFactInt, 2)},
                                    {"id", Leaf(kFactInt, 3)},
                                    {"a\nb", Leaf(kFactInt, 4)},
                                    {"id_2", Leaf(kFactInt, 5)}});
  const OutputSchema output = Make(root);
  StringList lower = Names(output.schema.fields);
  for (std::string& name : lower) {
    EXPECT_FALSE(name.empty());
    for (char& c : name) {
      EXPECT_GE(static_cast<unsigned char>(c), 0x20);
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    }
  }
  std::sort(lower.begin(), lower.end());
  EXPECT_EQ(std::adjacent_find(lower.begin(), lower.end()), lower.end());
  // Every changed name leads back to its key.
  const auto mapping = nlohmann::json::parse(output.name_mapping);
  for (const Field& field : output.schema.fields) {
    if (field.name == field.source_name) {
      EXPECT_FALSE(mapping.contains(field.name));
    } else {
      EXPECT_EQ(mapping.at(field.name), field.source_name);
    }
  }
}

TEST(OutputSchemaTest, NestedNamesCollideWithinTheirStructOnly) {
  const ObservedNode root = Object(
      {{"a", Object({{"x", Leaf(kFactInt)}, {"X", Leaf(kFactInt)}})}, {"x", Leaf(kFactInt, 1)}});
  const OutputSchema output = Make(root);
  EXPECT_EQ(Names(output.schema.fields), (StringList{"a", "x"}));
  EXPECT_EQ(Names(output.schema.fields[0].children), (StringList{"X", "x_2"}));
  EXPECT_EQ(output.name_mapping, R"({"a.x_2":"a.x"})");
}

TEST(OutputSchemaTest, ExtraColumnsKeepTheirNames) {
  OutputSchemaOptions options;
  options.extra.push_back({"_source", "_source", TypeKind::kString, 0, 0, {}});
  const OutputSchema output = Make(Object({{"_source", Leaf(kFactInt)}}), options);
  EXPECT_EQ(Names(output.schema.fields), (StringList{"_source_2", "_source"}));
}

TEST(OutputSchemaTest, Renames) {
  const ObservedNode root = Object({{"a", Object({{"b.c", Leaf(kFactInt)}})},
                                    {"d", Leaf(kFactInt, 1)},
                                    {"e", Leaf(kFactInt, 2)}});
  OutputSchemaOptions options;
  options.renames = {{"a.b.c", "inner"}, {"d", "E"}};
  const OutputSchema output = Make(root, options);
  EXPECT_EQ(Names(output.schema.fields), (StringList{"a", "E", "e_2"}));
  EXPECT_EQ(Names(output.schema.fields[0].children), (StringList{"inner"}));
  options.renames = {{"d", "x"}, {"e", "X"}};
  EXPECT_EQ(MakeOutputSchema(root, options).error().code, Code::kInvalidArgument);
  options.renames = {{"d", "\u00E9"}, {"e", "\u00C9"}};
  EXPECT_EQ(MakeOutputSchema(root, options).error().code, Code::kInvalidArgument);
  options.renames = {{"no.such", "x"}};
  const Result<OutputSchema> unknown = MakeOutputSchema(root, options);
  ASSERT_FALSE(unknown.ok());
  EXPECT_NE(unknown.error().message.find("no.such"), std::string::npos);
}

TEST(OutputSchemaTest, AGivenSchemaNamesAndOrdersItsColumns) {
  const ObservedNode root = Object({{"a", Leaf(kFactInt, 0)},
                                    {"o", Object({{"y", Leaf(kFactInt)}, {"x", Leaf(kFactInt)}})},
                                    {"userId", Leaf(kFactInt, 1)},
                                    {"user_id", Leaf(kFactInt, 2)}});
  OutputSchemaOptions options;
  Field inner{"Y", "y", TypeKind::kInt64, 0, 0, {}};
  options.given = {{"user_id", "userId", TypeKind::kInt64, 0, 0, {}},
                   {"o", "o", TypeKind::kStruct, 0, 0, {inner}}};
  const OutputSchema output = Make(root, options);
  EXPECT_EQ(Names(output.schema.fields), (StringList{"user_id", "o", "a", "user_id_2"}));
  EXPECT_EQ(Names(output.schema.fields[1].children), (StringList{"Y", "x"}));
  EXPECT_EQ(output.name_mapping, R"({"o.Y":"o.y","user_id":"userId","user_id_2":"user_id"})");
  options.renames = {{"userId", "renamed"}};
  EXPECT_EQ(Names(Make(root, options).schema.fields), (StringList{"renamed", "o", "a", "user_id"}));
  options.renames = {{"a", "USER_ID"}};
  EXPECT_EQ(MakeOutputSchema(root, options).error().code, Code::kInvalidArgument);
}

TEST(OutputSchemaTest, GivenNamesAreKeptBelowListsAndMaps) {
  for (const TypeKind kind : {TypeKind::kList, TypeKind::kMap}) {
    ObservedNode outer = Leaf(FactsOfType(kind));
    outer.element = std::make_unique<ObservedNode>(
        Object({{"z", Leaf(kFactInt, 0)}, {"y", Leaf(kFactInt, 1)}}));
    const Field y{"why", "y", TypeKind::kInt64, 0, 0, {}};
    const Field value{"value", "value", TypeKind::kStruct, 0, 0, {y}};
    OutputSchemaOptions options;
    options.given = {{"o", "o", kind, 0, 0, {value}}};
    const OutputSchema output = Make(Object({{"o", outer}}), options);
    EXPECT_EQ(Names(output.schema.fields[0].children[0].children), (StringList{"why", "z"}));
    EXPECT_EQ(output.name_mapping, R"({"o.why":"o.y"})");
  }
}

TEST(OutputSchemaTest, TypesOfWhatWasSeen) {
  ObservedNode list = Leaf(kFactArray, 1);
  ObservedNode number = Leaf(kFactU64, 2);
  ObservedNode cast = Leaf(kFactU64, 3);
  cast.pinned = true;
  cast.precision = 9;
  cast.scale = 3;
  ObservedNode map = Leaf(kFactObject | kFactMap, 4);
  map.element = std::make_unique<ObservedNode>(Leaf(kFactInt));
  const ObservedNode root = Object(
      {{"empty", Object({})}, {"list", list}, {"number", number}, {"cast", cast}, {"map", map}});
  const std::vector<Field> fields = Make(root).schema.fields;
  ASSERT_EQ(fields.size(), 5U);
  EXPECT_EQ(fields[4].kind, TypeKind::kMap);
  ASSERT_EQ(fields[4].children.size(), 1U);
  EXPECT_EQ(fields[4].children[0].name, "value");
  EXPECT_EQ(fields[4].children[0].kind, TypeKind::kInt64);
  EXPECT_EQ(fields[0].kind, TypeKind::kJson);
  ASSERT_EQ(fields[1].children.size(), 1U);
  EXPECT_EQ(fields[1].children[0].kind, TypeKind::kUnknown);
  EXPECT_EQ(fields[2].precision, 20);
  EXPECT_EQ(fields[3].precision, 9);
  EXPECT_EQ(fields[3].scale, 3);
}

TEST(OutputSchemaTest, PathsMayGoThroughListsAndDottedKeys) {
  ObservedNode root = Object({{"a.b", Object({{"c", Leaf(kFactInt)}})}, {"l", Leaf(kFactArray)}});
  root.fields["l"].element = std::make_unique<ObservedNode>(Object({{"x", Leaf(kFactInt)}}));
  EXPECT_EQ(FindPath(&root, "a.b.c"), &root.fields["a.b"].fields["c"]);
  EXPECT_EQ(FindPath(&root, "l.x"), &root.fields["l"].element->fields["x"]);
  EXPECT_EQ(FindPath(&root, "a"), nullptr);
  EXPECT_EQ(FindPath(&root, "a.b.d"), nullptr);
  ObservedNode* made = MakePath(&root, "n.m");
  EXPECT_EQ(made, &root.fields["n"].fields["m"]);
  EXPECT_EQ(root.fields["n"].facts, kFactObject);
  made = MakePath(&root, "l.y");  // not seen yet: a field of the elements, as l.x is
  EXPECT_EQ(made, &root.fields["l"].element->fields["y"]);
  EXPECT_EQ(root.fields["l"].facts, kFactArray);
}

Schema SchemaOf(const std::vector<std::pair<std::string, TypeKind>>& columns) {
  Schema schema;
  for (const auto& [name, kind] : columns) {
    Field field;
    field.name = field.source_name = name;
    field.kind = kind;
    if (kind == TypeKind::kDecimal) field.precision = 20;
    schema.fields.push_back(field);
  }
  return schema;
}

TEST(JoinSchemasTest, HoldsBothInAnyOrder) {
  const Schema a = SchemaOf({{"x", TypeKind::kInt64}, {"t", TypeKind::kDate}});
  const Schema b = SchemaOf({{"x", TypeKind::kDouble}, {"y", TypeKind::kUnknown}});
  const Schema c = SchemaOf({{"t", TypeKind::kString}, {"y", TypeKind::kBool}});
  const auto join = [](const Schema& left, const Schema& right) {
    return JoinSchemas(left, right, {}, 1'000).value();
  };
  const Schema ab = join(a, b);
  EXPECT_TRUE(ab == join(b, a));
  EXPECT_TRUE(join(ab, c) == join(a, join(b, c)));
  EXPECT_TRUE(join(ab, a) == ab);
  EXPECT_TRUE(join(a, {}) == a);
  const Schema all = join(ab, c);
  ASSERT_EQ(all.fields.size(), 3U);
  std::map<std::string, TypeKind> kinds;
  for (const Field& field : all.fields) kinds[field.name] = field.kind;
  EXPECT_EQ(kinds["x"], TypeKind::kDouble);
  EXPECT_EQ(kinds["t"], TypeKind::kString);
  EXPECT_EQ(kinds["y"], TypeKind::kBool);
}

TEST(JoinSchemasTest, CastsKeepTheirTypes) {
  Field price;
  price.kind = TypeKind::kDecimal;
  price.precision = 12;
  price.scale = 2;
  const auto joined = JoinSchemas(SchemaOf({{"price", TypeKind::kDecimal}}),
                                  SchemaOf({{"price", TypeKind::kString}, {"z", TypeKind::kInt64}}),
                                  {{"price", price}}, 1'000);
  ASSERT_TRUE(joined.ok());
  EXPECT_EQ(joined->fields[0].precision, 12);
  EXPECT_EQ(joined->fields[0].scale, 2);
}

}  // namespace
}  // namespace varve
