#include "etl/parse/string_token.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace varve {
namespace {

struct Scanned {
  ParseCode code;
  size_t end;
  bool escaped;
};

Scanned Scan(std::string content) {
  content.push_back('\n');
  const uint8_t* begin = reinterpret_cast<const uint8_t*>(content.data());
  const StringEnd end = FindStringEnd(begin);
  return {end.code, static_cast<size_t>(end.end - begin), end.escaped};
}

std::optional<std::string> ByNlohmann(const std::string& content) {
  const std::string text = "\"" + content + "\"";
  const auto json = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_string()) return std::nullopt;
  return json.get<std::string>();
}

TEST(StringTokenTest, EverySimpleEscape) {
  std::string decoded;
  DecodeString("\\\"\\\\\\/\\b\\f\\n\\r\\t", &decoded);
  EXPECT_EQ(decoded, "\"\\/\b\f\n\r\t");
  for (int c = 1; c < 256; ++c) {
    if (std::string("\"\\/bfnrtu").find(static_cast<char>(c)) != std::string::npos) continue;
    const Scanned scanned = Scan(std::string("x\\") + static_cast<char>(c) + "\"");
    EXPECT_EQ(scanned.code, ParseCode::kBadEscape) << c;
    EXPECT_EQ(scanned.end, 1U) << c;
  }
}

TEST(StringTokenTest, EveryUnitBecomesItsUtf8) {
  for (int unit = 0; unit < 0x10000; ++unit) {
    char escape[8];
    std::snprintf(escape, sizeof(escape), unit % 2 == 0 ? "\\u%04x" : "\\u%04X", unit);
    const bool surrogate = unit >= 0xD800 && unit <= 0xDFFF;
    const Scanned scanned = Scan(std::string(escape) + "\"");
    ASSERT_EQ(scanned.code, surrogate ? ParseCode::kLoneSurrogate : ParseCode::kOk) << escape;
    if (surrogate) continue;
    std::string decoded;
    DecodeString(escape, &decoded);
    ASSERT_EQ(decoded, ByNlohmann(escape)) << escape;
  }
}

TEST(StringTokenTest, SurrogatePairs) {
  for (const char* pair : {"\\ud800\\udc00", "\\uDBFF\\uDFFF", "\\ud83d\\ude00"}) {
    EXPECT_EQ(Scan(std::string(pair) + "\"").code, ParseCode::kOk);
    std::string decoded;
    DecodeString(pair, &decoded);
    EXPECT_EQ(decoded, ByNlohmann(pair));
  }
  for (const char* lone :
       {"\\ud800\"", "\\ud800x\"", "\\ud800\\n\"", "\\ud800\\u0041\"", "\\ud800\\ud800\"",
        "\\udc00\\ud800\"", "\\ud800\\udc0\"", "\\ud800\\"}) {
    EXPECT_EQ(Scan(lone).code, ParseCode::kLoneSurrogate) << lone;
  }
  for (const char* bad : {"\\u12\"", "\\u\"", "\\u123g\"", "\\u"}) {
    EXPECT_EQ(Scan(bad).code, ParseCode::kBadEscape) << bad;
  }
}

TEST(StringTokenTest, ControlCharactersAndEndOfLine) {
  for (int c = 0; c < 0x20; ++c) {
    const Scanned scanned = Scan(std::string("ab") + static_cast<char>(c) + "\"");
    EXPECT_EQ(scanned.code, c == '\n' ? ParseCode::kTruncated : ParseCode::kControlCharacter) << c;
    EXPECT_EQ(scanned.end, 2U);
  }
  EXPECT_EQ(Scan("abc").code, ParseCode::kTruncated);
  EXPECT_EQ(Scan("\x7F\"").code, ParseCode::kOk);
}

RC_GTEST_PROP(StringTokenPropertyTest, AgreesWithNlohmann, ()) {
  const auto pieces = *rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
      "a", "bc", "\\n", "\\\"", "\\\\", "\\/", "\\u0041", "\\u00e9", "\\u20AC", "\\ud83d\\ude00",
      "\\ud83d", "\\ude00", "\\q", "\\u12", "\x01", "\xC3\xA9", "/", " ", "\x7F", "0123456789"));
  std::string content;
  for (const std::string& piece : pieces) content += piece;
  const std::optional<std::string> expected = ByNlohmann(content);
  const Scanned scanned = Scan(content + "\"");
  RC_ASSERT((scanned.code == ParseCode::kOk) == expected.has_value());
  if (!expected.has_value()) return;
  RC_ASSERT(scanned.end == content.size());
  RC_ASSERT(scanned.escaped == (content.find('\\') != std::string::npos));
  std::string decoded = "before";
  DecodeString(content, &decoded);
  RC_ASSERT(decoded == "before" + *expected);
}

}  // namespace
}  // namespace varve
