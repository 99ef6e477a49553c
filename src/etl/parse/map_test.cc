// Map columns through the row parser: which lines are rows, what is taken back, what is rescued.
// That every level gives the same bytes is in row_parser_differential_test.cc.
#include <gtest/gtest.h>

#include "etl/encode/testing/simd_levels.h"
#include "etl/parse/row_parser.h"
#include "etl/parse/testing/parse_lines.h"
#include "etl/parse/testing/random_json.h"

namespace varve {
namespace {

Field Named(const std::string& name, TypeKind kind, std::vector<Field> children = {}) {
  Field field;
  field.name = field.source_name = name;
  field.kind = kind;
  field.children = std::move(children);
  return field;
}

Field Map(const std::string& name, Field value) {
  return Named(name, TypeKind::kMap, {std::move(value)});
}

ObservedNode Observed(std::vector<Field> fields, bool pinned = false) {
  ObservedNode schema = ObserveSchema(Schema{std::move(fields)}, pinned);
  schema.pinned = false;
  return schema;
}

ObservedNode Counters(bool pinned = false) {
  return Observed({Map("m", Named("value", TypeKind::kInt64))}, pinned);
}

const RowGroupNode& MapOf(const ParsedLines& parsed) {
  return *parsed.row_groups.at(0).root.fields.at(0);
}

// The code of `line`, by every kernel, alone and after a line that fits.
std::string CodeOf(const std::string& line, const ObservedNode& schema,
                   RowParserOptions options = {}) {
  std::string code;
  for (const SimdLevel level : SupportedSimdLevels()) {
    for (const bool speculate : {true, false}) {
      options.simd = level;
      options.speculate = speculate;
      for (const char* before : {"", "{\"m\":{\"a\":1,\"b\":2}}\n"}) {
        const ParsedLines parsed = ParseLines(before + line + "\n", options, schema);
        const std::string found(parsed.bad_lines.empty() ? "ok"
                                                         : ParseCodeName(parsed.bad_lines[0].code));
        if (code.empty()) code = found;
        EXPECT_EQ(found, code) << line << " " << SimdLevelName(level);
      }
    }
  }
  return code;
}

TEST(MapTest, EntriesAreKeysAndValues) {
  const ParsedLines parsed = ParseLines(
      "{\"m\":{\"a\":1,\"b\":null}}\n{\"m\":{}}\n{\"m\":null}\n{}\n"
      "{ \"m\" : { \"a\" : 2 , \"\" : 3 } }\n",
      {}, Counters());
  EXPECT_EQ(parsed.counts.rows, 5U);
  const RowGroupNode& map = MapOf(parsed);
  EXPECT_EQ(map.kind, TypeKind::kMap);
  EXPECT_EQ(map.list_lengths, (std::vector<uint32_t>{2, 0, 2}));
  EXPECT_EQ(map.keys.bounds->min, "");
  EXPECT_EQ(map.keys.bounds->max, "b");
  // Keys: four entries, one empty map, two null maps; below them no key.
  ASSERT_EQ(map.keys.pages.size(), 1U);
  EXPECT_EQ(map.keys.pages[0].value_count, 7U);
  EXPECT_EQ(map.keys.pages[0].null_count, 3U);
  EXPECT_EQ(map.keys.pages[0].definition_histogram, (std::vector<uint64_t>{2, 1, 4}));
  EXPECT_EQ(map.element->chunk.pages[0].value_count, 7U);
  EXPECT_EQ(map.element->chunk.pages[0].definition_histogram, (std::vector<uint64_t>{2, 1, 1, 3}));
}

// Pages end by their rows below maps too, long before they are full.
TEST(MapTest, PagesHaveFewRows) {
  std::string text;
  for (uint32_t i = 0; i < 3 * kPageRows; ++i) text += "{\"m\":{\"a\":1}}\n";
  const ParsedLines parsed = ParseLines(text, {}, Counters(), /*lines_per_block=*/1'000);
  const RowGroupNode& map = MapOf(parsed);
  EXPECT_GE(map.keys.pages.size(), 3U);
  EXPECT_EQ(map.element->chunk.pages.size(), map.keys.pages.size());
}

TEST(MapTest, WhatIsARow) {
  const ObservedNode schema = Counters();
  EXPECT_EQ(CodeOf("{\"m\":{\"x\":1,\"y\":1}}", schema), "ok");
  EXPECT_EQ(CodeOf("{\"m\":{\"x\":1,\"x\":1}}", schema), "duplicate_key");
  EXPECT_EQ(CodeOf("{\"m\":{\"x\":1,\"\\u0078\":1}}", schema), "duplicate_key");
  EXPECT_EQ(CodeOf("{\"m\":{\"\\u0078\":1,\"x\":1}}", schema), "duplicate_key");
  EXPECT_EQ(CodeOf("{\"m\":{\"\\n\":1,\"\\u000a\":1}}", schema), "duplicate_key");
  EXPECT_EQ(CodeOf("{\"m\":{\"\":1,\"\":2}}", schema), "duplicate_key");
  EXPECT_EQ(CodeOf("{\"m\":{\"x\":1,\"y\":\"t\",\"x\":1}}", schema), "duplicate_key");
  EXPECT_EQ(CodeOf("{\"m\":{\"x\\u0000\":1,\"x\":1,\"x\\u0000\\u0000\":1}}", schema), "ok");
  EXPECT_EQ(CodeOf("{\"m\":{\"\\\\\":1,\"\\/\":2,\"/\\\"\":3}}", schema), "ok");
  EXPECT_EQ(CodeOf("{\"m\":{\"/\":1,\"\\/\":2}}", schema), "duplicate_key");
  EXPECT_EQ(CodeOf("{\"m\":{\"x\":1,}}", schema), "bad_syntax");
  EXPECT_EQ(CodeOf("{\"m\":{,}}", schema), "bad_syntax");
  EXPECT_EQ(CodeOf("{\"m\":{x:1}}", schema), "bad_syntax");
  EXPECT_EQ(CodeOf("{\"m\":{\"x\" 1}}", schema), "bad_syntax");
  EXPECT_EQ(CodeOf("{\"m\":{\"x\":1 \"y\":1}}", schema), "bad_syntax");
  EXPECT_EQ(CodeOf("{\"m\":{\"x\":}}", schema), "bad_syntax");
  EXPECT_EQ(CodeOf("{\"m\":{\"x\":1]}", schema), "bad_syntax");
  EXPECT_EQ(CodeOf("{\"m\":{\"x\":1", schema), "truncated");
  EXPECT_EQ(CodeOf("{\"m\":{\"x", schema), "truncated");
  EXPECT_EQ(CodeOf("{\"m\":{", schema), "truncated");
  EXPECT_EQ(CodeOf("{\"m\":{\"\\x\":1}}", schema), "bad_escape");
  EXPECT_EQ(CodeOf("{\"m\":{\"\\ud800\":1}}", schema), "lone_surrogate");
  EXPECT_EQ(CodeOf("{\"m\":{\"\t\":1}}", schema), "control_character");
  EXPECT_EQ(CodeOf("{\"m\":{\"\xFF\":1}}", schema), "invalid_utf8");
}

TEST(MapTest, DepthCountsMaps) {
  const ObservedNode schema =
      Observed({Map("n", Map("value", Map("value", Named("value", TypeKind::kInt64))))});
  RowParserOptions options;
  options.depth_max = 4;
  EXPECT_EQ(CodeOf("{\"n\":{\"a\":{\"b\":{\"c\":1}}}}", schema, options), "ok");
  options.depth_max = 3;
  EXPECT_EQ(CodeOf("{\"n\":{\"a\":{\"b\":{\"c\":1}}}}", schema, options), "too_deep");
}

// More keys than a dictionary takes, some of them twice in one object before or after it is given
// up.
TEST(MapTest, DuplicatesAreSeenBesideAnyNumberOfKeys) {
  for (const int twice : {0, 1, 5'000, 69'999}) {
    std::string entries;
    for (int i = 0; i < 70'000; ++i) entries += "\"key" + std::to_string(i) + "\":1,";
    const std::string line = "{\"m\":{" + entries + "\"other\":2}}\n";
    const std::string bad = "{\"m\":{" + entries + "\"key" + std::to_string(twice) + "\":2}}\n";
    const ParsedLines parsed = ParseLines(bad + line + bad + line, {}, Counters());
    EXPECT_EQ(parsed.counts.rows, 2U);
    ASSERT_EQ(parsed.bad_lines.size(), 2U);
    EXPECT_EQ(parsed.bad_lines[0].code, ParseCode::kDuplicateKey);
    EXPECT_EQ(parsed.bad_lines[1].code, ParseCode::kDuplicateKey);
    EXPECT_EQ(MapOf(parsed).list_lengths, (std::vector<uint32_t>{70'001, 70'001}));
  }
}

TEST(MapTest, BadLinesAreTakenBack) {
  const std::string good = "{\"m\":{\"a\":1,\"b\":2}}\n";
  const std::string more = "{\"m\":{\"c\":3}}\n{\"m\":{}}\n{\"m\":{\"a\":null,\"\\u0064\":4}}\n";
  const char* const bad[] = {"{\"m\":{\"zz\":9,\"a\":8}} x\n",
                             "{\"m\":{\"zz\":9,\"a\":8,\"a\":7}}\n",
                             "{\"m\":{\"zz\":9,\n",
                             "{\"m\":{\"zz\n",
                             "{\"m\":{},\"k\":tru}\n",
                             "{\"m\":{\"zz\":x}}\n"};
  for (const ObservedNode& schema :
       {Counters(),
        Observed({Named("l", TypeKind::kList, {Map("element", Named("value", TypeKind::kInt64))}),
                  Map("m", Named("value", TypeKind::kInt64))})}) {
    const ParsedLines expected = ParseLines(good + more, {}, schema);
    for (const char* line : bad) {
      const ParsedLines parsed = ParseLines(line + good + line + more + line, {}, schema);
      EXPECT_EQ(parsed.counts.quarantined, 3U) << line;
      EXPECT_TRUE(Describe(parsed.row_groups) == Describe(expected.row_groups)) << line;
    }
  }
}

TEST(MapTest, ValuesWidenAsElementsDo) {
  const ParsedLines numbers =
      ParseLines("{\"m\":{\"a\":1}}\n{\"m\":{\"b\":0.5}}\n", {}, Counters());
  const ObservedNode& map = numbers.observed.fields.at("m");
  EXPECT_EQ(TypeOf(map, 1), TypeKind::kMap);
  EXPECT_EQ(TypeOf(*map.element, 1), TypeKind::kDouble);
  const ParsedLines objects =
      ParseLines("{\"m\":{\"a\":{\"x\":1}}}\n{\"m\":{\"b\":{\"y\":[\"t\"]}}}\n", {},
                 Observed({Map("m", Named("value", TypeKind::kUnknown))}));
  const ObservedNode& value = *objects.observed.fields.at("m").element;
  EXPECT_EQ(TypeOf(value, 10), TypeKind::kStruct);
  EXPECT_EQ(value.fields.size(), 2U);
  EXPECT_EQ(TypeOf(value.fields.at("y"), 10), TypeKind::kList);
  EXPECT_FALSE(objects.row_groups.at(0).lost_values);
}

TEST(MapTest, WhatIsNoObjectMakesText) {
  for (const char* other : {"1", "\"x\"", "[]", "[{\"a\":1}]", "false"}) {
    const ParsedLines parsed =
        ParseLines(std::string("{\"m\":{\"a\":1}}\n{\"m\":") + other + "}\n", {}, Counters());
    EXPECT_EQ(parsed.counts.rows, 2U) << other;
    EXPECT_EQ(TypeOf(parsed.observed.fields.at("m"), 10), TypeKind::kJson) << other;
    EXPECT_TRUE(parsed.row_groups.at(0).lost_values) << other;
    const ParsedLines again = ParseLines("{\"m\":{\"a\":1}}\n", {}, parsed.observed);
    EXPECT_EQ(MapOf(again).kind, TypeKind::kJson) << other;
  }
}

TEST(MapTest, AnyNumberOfKeysStaysAMap) {
  RowParserOptions options;
  options.map_keys_max = 3;
  std::string text;
  for (int i = 0; i < 100; ++i) text += "{\"m\":{\"k" + std::to_string(i) + "\":1}}\n";
  const ParsedLines parsed = ParseLines(text, options, Counters());
  EXPECT_EQ(TypeOf(parsed.observed.fields.at("m"), options.map_keys_max), TypeKind::kMap);
  EXPECT_FALSE(parsed.row_groups.at(0).lost_values);
}

TEST(MapTest, StrictRefusesWhatDoesNotFit) {
  RowParserOptions strict;
  strict.pinned = true;
  const ObservedNode schema = Counters(/*pinned=*/true);
  EXPECT_EQ(CodeOf("{\"m\":{\"x\":1,\"anything\":null}}", schema, strict), "ok");
  EXPECT_EQ(CodeOf("{\"m\":{}}", schema, strict), "ok");
  for (const char* value : {"{\"x\":\"1\"}", "{\"x\":0.5}", "{\"x\":{}}", "[]", "1", "\"x\""}) {
    EXPECT_EQ(CodeOf(std::string("{\"m\":") + value + "}", schema, strict), "schema_mismatch")
        << value;
  }
  EXPECT_EQ(CodeOf("{\"m\":{\"x\":\"1\",\"x\":2}}", schema, strict), "duplicate_key");
}

TEST(MapTest, RescuedValuesNameTheirKey) {
  RowParserOptions rescue;
  rescue.pinned = rescue.rescue = true;
  const ObservedNode schema =
      Observed({Map("m", Named("value", TypeKind::kInt64)),
                Map("n", Named("value", TypeKind::kList, {Named("element", TypeKind::kBool)}))},
               /*pinned=*/true);
  const ParsedLines parsed = ParseLines(
      "{\"m\":{\"a\":1,\"\\u0062\":\"x\",\"\":[],\"c.d\":{}},"
      "\"n\":{\"a\":[true],\"c\":[true,2],\"d\":{}}}\n",
      rescue, schema);
  EXPECT_EQ(parsed.counts.rows, 1U);
  ASSERT_EQ(parsed.row_groups.at(0).extra.size(), 1U);
  EXPECT_EQ(parsed.row_groups[0].extra[0].bounds->min,
            "{\"m.b\":\"x\",\"m.\":[],\"m.c\\\\.d\":{},\"n.c[1]\":2,\"n.d\":{}}");
  EXPECT_EQ(parsed.row_groups[0].root.fields[0]->list_lengths, (std::vector<uint32_t>{4}));
}

}  // namespace
}  // namespace varve
