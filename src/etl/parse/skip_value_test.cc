#include "etl/parse/skip_value.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <simdjson.h>

#include <string>
#include <vector>

#include "etl/parse/testing/random_json.h"
#include "etl/parse/testing/strict_json.h"
#include "etl/source/source.h"

namespace varve {
namespace {

struct Skipped {
  ParseCode code;
  size_t end;
};

Skipped Skip(const std::string& text, int depth_max = 100) {
  std::vector<uint8_t> padded(text.begin(), text.end());
  padded.push_back('\n');
  padded.insert(padded.end(), kBlockPadding - 1, '"');
  const SkipResult result = SkipValue(padded.data(), 0, depth_max);
  return {result.code, static_cast<size_t>(result.end - padded.data())};
}

// The parser leaves UTF-8 to the check that is made once a block.
bool IsUtf8(const std::string& text) { return simdjson::validate_utf8(text); }

bool IsWhole(std::string text, int depth_max) {
  text.erase(0, text.find_first_not_of(" \t\r"));
  const Skipped skipped = Skip(text, depth_max);
  return skipped.code == ParseCode::kOk &&
         text.find_first_not_of(" \t\r", skipped.end) == std::string::npos;
}

TEST(SkipValueTest, ErrorsSayWhatAndWhere) {
  const struct {
    const char* text;
    ParseCode code;
    size_t at;
  } cases[] = {
      {"", ParseCode::kTruncated, 0},
      {"{", ParseCode::kTruncated, 1},
      {"{\"a\":", ParseCode::kTruncated, 5},
      {"[1,", ParseCode::kTruncated, 3},
      {"\"abc", ParseCode::kTruncated, 4},
      {"{\"a\" 1}", ParseCode::kBadSyntax, 5},
      {"{\"a\":1,}", ParseCode::kBadSyntax, 7},
      {"{a:1}", ParseCode::kBadSyntax, 1},
      {"[1 2]", ParseCode::kBadSyntax, 3},
      {"[,1]", ParseCode::kBadSyntax, 1},
      {"[1}", ParseCode::kBadSyntax, 2},
      {"tru", ParseCode::kBadLiteral, 0},
      {"nul", ParseCode::kBadLiteral, 0},
      {"NaN", ParseCode::kBadLiteral, 0},
      {"[Infinity]", ParseCode::kBadLiteral, 1},
      {"-Infinity", ParseCode::kBadNumber, 0},
      {"[+1]", ParseCode::kBadNumber, 1},
      {"[01]", ParseCode::kBadNumber, 1},
      {"[1e400]", ParseCode::kNumberOverflow, 1},
      {"[\"\\x\"]", ParseCode::kBadEscape, 2},
      {"[\"\\ud800\"]", ParseCode::kLoneSurrogate, 2},
      {"[\"\t\"]", ParseCode::kControlCharacter, 2},
      {"{\"a\":1,\"a\":2}", ParseCode::kDuplicateKey, 7},
      {"{\"a\":1,\"\\u0061\":2}", ParseCode::kDuplicateKey, 7},
      {"{\"x\":{\"a\":1,\"b\":1,\"a\":2}}", ParseCode::kDuplicateKey, 18},
  };
  for (const auto& c : cases) {
    const Skipped skipped = Skip(c.text);
    EXPECT_EQ(ParseCodeName(skipped.code), ParseCodeName(c.code)) << c.text;
    EXPECT_EQ(skipped.end, c.at) << c.text;
  }
}

TEST(SkipValueTest, SameKeyInOtherObjectsIsFine) {
  EXPECT_TRUE(IsWhole("{\"a\":{\"a\":[{\"a\":1},{\"a\":2}]},\"b\":{\"a\":1}}", 100));
}

TEST(SkipValueTest, DuplicatesAmongManyKeys) {
  std::string text = "{";
  for (int i = 0; i < 200; ++i) text += "\"k" + std::to_string(i) + "\":" + std::to_string(i) + ",";
  EXPECT_TRUE(IsWhole(text + "\"x\":1}", 100));
  for (const int key : {0, 23, 24, 199}) {
    EXPECT_EQ(Skip(text + "\"k" + std::to_string(key) + "\":1}").code, ParseCode::kDuplicateKey);
  }
}

TEST(SkipValueTest, DepthLimit) {
  const auto nested = [](int depth) {
    return std::string(static_cast<size_t>(depth), '[') +
           std::string(static_cast<size_t>(depth), ']');
  };
  EXPECT_EQ(Skip(nested(100)).code, ParseCode::kOk);
  EXPECT_EQ(Skip(nested(101)).code, ParseCode::kTooDeep);
  EXPECT_EQ(Skip(std::string(100'000, '[')).code, ParseCode::kTooDeep);
}

RC_GTEST_PROP(SkipValuePropertyTest, AgreesWithNlohmannOnMutatedDocuments, ()) {
  constexpr int kDepthMax = 6;
  RandomJson random(*rc::gen::arbitrary<uint64_t>());
  std::string text = random.Value(4);
  for (int mutations = random.Below(4); mutations > 0; --mutations) random.Mutate(&text);
  RC_PRE(IsUtf8(text));
  RC_ASSERT(IsWhole(text, kDepthMax) == IsStrictJson(text, kDepthMax));
}

TEST(SkipValueTest, AgreesWithNlohmannOnManyMutatedDocuments) {
  constexpr int kDepthMax = 6;
  int accepted = 0;
  for (uint64_t seed = 0; seed < 20'000; ++seed) {
    RandomJson random(seed);
    std::string text = random.Value(4);
    for (int mutations = random.Below(4); mutations > 0; --mutations) random.Mutate(&text);
    if (!IsUtf8(text)) continue;
    const bool expected = IsStrictJson(text, kDepthMax);
    ASSERT_EQ(IsWhole(text, kDepthMax), expected) << text;
    accepted += expected;
  }
  EXPECT_GT(accepted, 2'000);  // the generator makes both kinds
  EXPECT_LT(accepted, 18'000);
}

}  // namespace
}  // namespace varve
