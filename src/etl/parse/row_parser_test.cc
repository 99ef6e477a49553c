#include "etl/parse/row_parser.h"

#include <gtest/gtest.h>

#include "etl/parse/testing/parse_lines.h"

namespace varve {
namespace {

std::string CodeOf(const std::string& line, RowParserOptions options = {}) {
  // Once as the first line, once where the schema is known.
  const ParsedLines first = ParseLines(line + "\n", options);
  const ParsedLines known = ParseLines("{\"a\":1,\"b\":\"x\"}\n" + line + "\n", options);
  EXPECT_EQ(first.counts.quarantined, known.counts.quarantined) << line;
  if (first.bad_lines.empty()) return "ok";
  EXPECT_EQ(first.bad_lines[0].code, known.bad_lines[0].code) << line;
  return std::string(ParseCodeName(first.bad_lines[0].code));
}

TEST(RowParserTest, CountsAddUp) {
  const std::string text =
      "{\"a\":1}\n\n  \r\n{\"a\":2}\r\n[1]\n{\"a\":3} \t\n{\"a\":1,\"a\":2}\n\t\n{\"a\":4}";
  const ParsedLines parsed = ParseLines(text, {});
  EXPECT_EQ(parsed.counts.lines, 9U);
  EXPECT_EQ(parsed.counts.rows, 4U);
  EXPECT_EQ(parsed.counts.blank, 3U);
  EXPECT_EQ(parsed.counts.quarantined, 2U);
  ASSERT_EQ(parsed.row_groups.size(), 1U);
  EXPECT_EQ(parsed.row_groups[0].rows, 4U);
}

TEST(RowParserTest, BadLinesSayWhere) {
  const ParsedLines parsed = ParseLines("{\"a\":1}\n{\"a\":[1,x]}\r\n{\"a\":2}\n", {}, {}, 1);
  ASSERT_EQ(parsed.bad_lines.size(), 1U);
  const BadLine& bad = parsed.bad_lines[0];
  EXPECT_EQ(bad.line, 1U);
  EXPECT_EQ(bad.line_offset, 8U);
  EXPECT_EQ(bad.error_offset, 16U);
  EXPECT_EQ(bad.raw, "{\"a\":[1,x]}\r");
  EXPECT_EQ(bad.raw_bytes, bad.raw.size());
}

TEST(RowParserTest, LongRawLinesAreCut) {
  RowParserOptions options;
  options.quarantine_raw_bytes = 5;
  const ParsedLines parsed = ParseLines("{\"a\":xxxxxxx}\n", options);
  ASSERT_EQ(parsed.bad_lines.size(), 1U);
  EXPECT_EQ(parsed.bad_lines[0].raw, "{\"a\":");
  EXPECT_EQ(parsed.bad_lines[0].raw_bytes, 13U);
}

TEST(RowParserTest, EveryKindOfBadLine) {
  EXPECT_EQ(CodeOf("{\"a\":1}"), "ok");
  EXPECT_EQ(CodeOf("  {\"a\":1}\t\r"), "ok");
  EXPECT_EQ(CodeOf("[1]"), "not_an_object");
  EXPECT_EQ(CodeOf("1"), "not_an_object");
  EXPECT_EQ(CodeOf("\xEF\xBB\xBF{\"a\":1}"), "not_an_object");
  EXPECT_EQ(CodeOf("{\"a\":1"), "truncated");
  EXPECT_EQ(CodeOf("{\"a\":\"x"), "truncated");
  EXPECT_EQ(CodeOf("{"), "truncated");
  EXPECT_EQ(CodeOf("{\"a\":1,}"), "bad_syntax");
  EXPECT_EQ(CodeOf("{\"a\":1 \"b\":2}"), "bad_syntax");
  EXPECT_EQ(CodeOf("{a:1}"), "bad_syntax");
  EXPECT_EQ(CodeOf("{\"a\":}"), "bad_syntax");
  EXPECT_EQ(CodeOf("{\"a\":True}"), "bad_syntax");
  EXPECT_EQ(CodeOf("{\"a\":tru}"), "bad_literal");
  EXPECT_EQ(CodeOf("{\"a\":NaN}"), "bad_literal");
  EXPECT_EQ(CodeOf("{\"a\":-Infinity}"), "bad_number");
  EXPECT_EQ(CodeOf("{\"a\":01}"), "bad_number");
  EXPECT_EQ(CodeOf("{\"a\":1e400}"), "number_overflow");
  EXPECT_EQ(CodeOf("{\"a\":\"\\x\"}"), "bad_escape");
  EXPECT_EQ(CodeOf("{\"a\":\"\\ud800\"}"), "lone_surrogate");
  EXPECT_EQ(CodeOf("{\"a\":\"\t\"}"), "control_character");
  EXPECT_EQ(CodeOf("{\"a\":\"\xFF\"}"), "invalid_utf8");
  EXPECT_EQ(CodeOf("{\"a\":1,\"a\":1}"), "duplicate_key");
  EXPECT_EQ(CodeOf("{\"a\":1,\"\\u0061\":1}"), "duplicate_key");
  EXPECT_EQ(CodeOf("{\"o\":{\"a\":1,\"a\":null}}"), "duplicate_key");
  EXPECT_EQ(CodeOf("{\"a\":1}{\"a\":2}"), "trailing_garbage");
  EXPECT_EQ(CodeOf("{\"a\":1},"), "trailing_garbage");
  EXPECT_EQ(CodeOf("{\"new\":1}x"), "trailing_garbage");
}

TEST(RowParserTest, DepthCountsObjectsAndArrays) {
  RowParserOptions options;
  options.depth_max = 5;
  EXPECT_EQ(CodeOf("{\"a\":{\"b\":[[{\"c\":1}]]}}", options), "ok");
  EXPECT_EQ(CodeOf("{\"a\":{\"b\":[[{\"c\":[]}]]}}", options), "too_deep");
  EXPECT_EQ(CodeOf("{\"z\":[[[[[]]]]]}", options), "too_deep");
}

TEST(RowParserTest, InvalidUtf8SpoilsItsOwnLineOnly) {
  const ParsedLines parsed =
      ParseLines("{\"a\":\"\xC3\"}\n{\"a\":\"\xC3\xA9\"}\n{\"\xFF\":1}\n", {});
  EXPECT_EQ(parsed.counts.rows, 1U);
  ASSERT_EQ(parsed.bad_lines.size(), 2U);
  EXPECT_EQ(parsed.bad_lines[1].line, 2U);
  EXPECT_EQ(parsed.bad_lines[0].error_offset, 6U);  // the sequence that is cut off
  EXPECT_EQ(parsed.bad_lines[1].error_offset, 23U);
}

TEST(RowParserTest, OversizedBlocksAreOneBadLine) {
  class Sink : public RowSink {
   public:
    void OnBadLine(BadLine line) override { bad.push_back(std::move(line)); }
    void OnRowGroup(RowGroup) override {}
    std::vector<BadLine> bad;
  } sink;
  RowParser parser({}, {}, &sink);
  const std::string text = "{\"a\":\"xxxx";
  const std::string padded = text + "\n" + std::string(kBlockPadding, ' ');
  Block block;
  block.data = padded.data();
  block.size = text.size();
  block.oversized = true;
  const LineCounts counts = parser.ParseBlock(block, 7, "f");
  EXPECT_EQ(counts.lines, 1U);
  EXPECT_EQ(counts.quarantined, 1U);
  ASSERT_EQ(sink.bad.size(), 1U);
  EXPECT_EQ(sink.bad[0].code, ParseCode::kLineTooLong);
  EXPECT_EQ(sink.bad[0].line, 7U);
}

TEST(RowParserTest, KeysBeyondTheLimitMakeText) {
  RowParserOptions options;
  options.map_keys_max = 3;
  const ParsedLines parsed = ParseLines(
      "{\"m\":{\"a\":1,\"b\":2}}\n{\"m\":{\"c\":3}}\n{\"m\":{\"d\":4}}\n{\"m\":null}\n", options);
  EXPECT_EQ(parsed.counts.rows, 4U);
  const ObservedNode& map = parsed.observed.fields.at("m");
  EXPECT_EQ(TypeOf(map, options.map_keys_max), TypeKind::kJson);
}

TEST(RowParserTest, EmptyInputMakesNoRowGroup) {
  EXPECT_TRUE(ParseLines("", {}).row_groups.empty());
  EXPECT_TRUE(ParseLines("\n\nx\n", {}).row_groups.empty());
  const ParsedLines empty_objects = ParseLines("{}\n{ }\n", {});
  ASSERT_EQ(empty_objects.row_groups.size(), 1U);
  EXPECT_EQ(empty_objects.row_groups[0].rows, 2U);
}

// A key span longer than a vector is compared in two steps, the second only as far as may be read.
TEST(RowParserTest, LongKeysAtTheEndOfABlock) {
  for (size_t length = 20; length < 300; ++length) {
    const std::string key(length, 'k');
    const std::string line = "{\"" + key + "\":1}\n";
    for (size_t cut = 30; cut < length; cut += 41) {
      const ParsedLines parsed = ParseLines(line + line + "{\"" + key.substr(0, cut), {}, {}, 1);
      EXPECT_EQ(parsed.counts.rows, 2U);
      EXPECT_EQ(parsed.counts.quarantined, 1U);
    }
  }
}

TEST(RowParserTest, RoundedNumbersOfBadLinesDoNotCount) {
  const std::string rounded = "0.12345678901234567890";
  const ParsedLines parsed =
      ParseLines("{\"a\":" + rounded + "}\n{\"a\":" + rounded + "} x\n{\"a\":[" + rounded +
                     "\n{\"a\":" + rounded + "}\n{\"a\":0.5}\n",
                 {});
  ASSERT_EQ(parsed.row_groups.size(), 1U);
  EXPECT_EQ(parsed.row_groups[0].numbers_rounded, 2U);
}

ObservedNode Pinned(const std::string& key, TypeKind kind, int precision = 0, int scale = 0,
                    bool cast = true) {
  Field field;
  field.name = field.source_name = key;
  field.kind = kind;
  field.precision = precision;
  field.scale = scale;
  ObservedNode schema = ObserveSchema(Schema{{field}}, /*pinned=*/true);
  schema.fields[key].cast = cast;
  return schema;
}

TEST(RowParserTest, PinnedTypesTakeWhatTheyHoldExactly) {
  RowParserOptions strict;
  strict.pinned = true;
  const struct {
    TypeKind kind;
    std::vector<const char*> fit;
    std::vector<const char*> misfit;
  } cases[] = {
      {TypeKind::kInt64,
       {"1", "null", "\"12\"", "9007199254740993"},
       {"1.5", "\"x\"", "true", "[]", "{}", "18446744073709551615"}},
      {TypeKind::kDouble,
       {"1", "1.5", "\"2.5\"", "0.12345678901234567890"},
       {"9007199254740993", "\"x\"", "[1]"}},
      {TypeKind::kString, {"\"x\"", "1", "true", "1e2"}, {"{}", "[]"}},
      {TypeKind::kBool, {"true", "false", "\"true\""}, {"1", "\"yes\"", "[]"}},
      {TypeKind::kDate,
       {"\"2025-01-17\"", "\"\\u0032025-01-17\""},
       {"\"2025-01-32\"", "1", "\"2025-01-17T00:00:00Z\""}},
      {TypeKind::kJson, {"{}", "[1,{}]", "1", "\"x\""}, {}},
  };
  for (const auto& c : cases) {
    const ObservedNode schema = Pinned("a", c.kind);
    for (const char* value : c.fit) {
      EXPECT_EQ(ParseLines(std::string("{\"a\":") + value + "}\n", strict, schema).counts.rows, 1U)
          << static_cast<int>(c.kind) << " " << value;
    }
    for (const char* value : c.misfit) {
      const ParsedLines parsed = ParseLines(std::string("{\"a\":") + value + "}\n", strict, schema);
      ASSERT_EQ(parsed.bad_lines.size(), 1U) << static_cast<int>(c.kind) << " " << value;
      EXPECT_EQ(parsed.bad_lines[0].code, ParseCode::kSchemaMismatch) << value;
    }
  }
  // Text that spells a value is one for a cast only; a string column takes the text of numbers.
  for (const TypeKind kind : {TypeKind::kInt64, TypeKind::kDouble}) {
    const ObservedNode schema = Pinned("a", kind, 0, 0, /*cast=*/false);
    EXPECT_EQ(ParseLines("{\"a\":\"12\"}\n", strict, schema).counts.rows, 0U);
  }
  const ObservedNode text = Pinned("a", TypeKind::kString, 0, 0, /*cast=*/false);
  EXPECT_EQ(ParseLines("{\"a\":12}\n{\"a\":true}\n", strict, text).counts.rows, 1U);
  const ParsedLines unknown_key = ParseLines("{\"b\":1}\n", strict, Pinned("a", TypeKind::kInt64));
  ASSERT_EQ(unknown_key.bad_lines.size(), 1U);
  EXPECT_EQ(unknown_key.bad_lines[0].code, ParseCode::kSchemaMismatch);
}

TEST(RowParserTest, PinnedDecimalsAreExact) {
  RowParserOptions strict;
  strict.pinned = true;
  const ObservedNode schema = Pinned("a", TypeKind::kDecimal, 5, 2);
  for (const char* value : {"1", "-999.99", "1e2", "\"1.25\"", "0e99999999999999999999"}) {
    EXPECT_EQ(ParseLines(std::string("{\"a\":") + value + "}\n", strict, schema).counts.rows, 1U)
        << value;
  }
  for (const char* value :
       {"1000", "0.001", "1e-99999999999999999999", "\"1e99999999999999999999\""}) {
    EXPECT_EQ(ParseLines(std::string("{\"a\":") + value + "}\n", strict, schema).counts.rows, 0U)
        << value;
  }
}

TEST(RowParserTest, RescueKeepsWhatDoesNotFit) {
  RowParserOptions rescue;
  rescue.pinned = rescue.rescue = true;
  const ParsedLines parsed =
      ParseLines("{\"a\":1}\n{\"a\":\"x\",\"b\":{\"c\":[1]}}\n{\"b\":1,\"b\":2}\n{\"b\":1} x\n",
                 rescue, Pinned("a", TypeKind::kInt64));
  EXPECT_EQ(parsed.counts.rows, 2U);
  ASSERT_EQ(parsed.row_groups.size(), 1U);
  ASSERT_EQ(parsed.row_groups[0].extra.size(), 1U);
  const parquet::EncodedChunk& rescued = parsed.row_groups[0].extra[0];
  ASSERT_TRUE(rescued.bounds.has_value());
  EXPECT_EQ(rescued.bounds->min, "{\"a\":\"x\",\"b\":{\"c\":[1]}}");
  EXPECT_EQ(rescued.bounds->max, rescued.bounds->min);
}

}  // namespace
}  // namespace varve
