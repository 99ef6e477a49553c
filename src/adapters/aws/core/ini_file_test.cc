#include "adapters/aws/core/ini_file.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cctype>
#include <utility>
#include <vector>

namespace varve::aws {
namespace {

IniFile Parsed(std::string_view text) {
  auto file = ParseIni(text);
  EXPECT_TRUE(file.ok()) << file.error().message;
  return file.ok() ? *file : IniFile();
}

TEST(IniFile, SectionsAndSettings) {
  const IniFile file = Parsed(
      "# all\r\n[default]\r\nRegion = eu-west-1\r\naws_secret_access_key=a/b+c=#;d\r\n\r\n"
      "[ profile two ] ; why\nempty =\noutput: json\n;x = 1\n");
  ASSERT_EQ(file.size(), 2U);
  EXPECT_EQ(file.at("default"),
            (IniSection{{"region", "eu-west-1"}, {"aws_secret_access_key", "a/b+c=#;d"}}));
  EXPECT_EQ(file.at("profile two"), (IniSection{{"empty", ""}, {"output", "json"}}));
}

TEST(IniFile, WhatComesAgainAddsAndReplaces) {
  const IniFile file = Parsed("[a]\nx = 1\ny = 2\n[b]\n[a]\nx = 3\nz = 4");
  EXPECT_EQ(file.at("a"), (IniSection{{"x", "3"}, {"y", "2"}, {"z", "4"}}));
}

TEST(IniFile, NestedSettings) {
  const IniFile file = Parsed(
      "[services local]\ns3 =\n  endpoint_url = http://localhost:1/x=y\n  # why\n\n"
      "  max_attempts=3\n  odd\nsqs = \n\tendpoint_url = http://localhost:2\n");
  const IniSection& local = file.at("services local");
  EXPECT_EQ(ParseNested(local.at("s3")),
            (IniSection{{"endpoint_url", "http://localhost:1/x=y"}, {"max_attempts", "3"}}));
  EXPECT_EQ(ParseNested(local.at("sqs")), (IniSection{{"endpoint_url", "http://localhost:2"}}));
}

TEST(IniFile, ASectionMayBeIndented) {
  EXPECT_EQ(Parsed("[a]\n  x = 1\n  y = 2\n    more\nz = 3").at("a"),
            (IniSection{{"x", "1"}, {"y", "2\nmore"}, {"z", "3"}}));
}

TEST(IniFile, ErrorsNameTheLine) {
  EXPECT_EQ(ParseIni("\nx = 1").error().message, "2: a setting before the first [section]");
  EXPECT_EQ(ParseIni("[a]\n[b").error().message, "2: a section's name has no \"]\"");
  EXPECT_EQ(ParseIni("[a]\n\n#\nabc").error().message, "4: neither [section] nor key = value");
  EXPECT_EQ(ParseIni("[a]\n= 1").error().code, Code::kInvalidArgument);
}

// Text without what has a meaning, so that it is read as it was written.
rc::Gen<std::string> PlainText() {
  return rc::gen::resize(8, rc::gen::nonEmpty(rc::gen::container<std::string>(
                                rc::gen::elementOf(std::string("abcxyz0189_-./@\xC3\xA4")))));
}

RC_GTEST_PROP(IniFile, ReadsWhatWasWritten, ()) {
  const auto settings =
      *rc::gen::resize(20, rc::gen::container<std::vector<std::pair<std::string, std::string>>>(
                               rc::gen::pair(PlainText(), PlainText())));
  const auto name = *PlainText();
  std::string text = "[" + name + "]\n";
  IniSection expected;
  for (const auto& [key, value] : settings) {
    text += key + " = " + value + "\n";
    expected[key] = value;
  }
  RC_ASSERT(ParseIni(text)->at(name) == expected);
}

RC_GTEST_PROP(IniFile, AnyTextIsReadOrRefusedWithItsLine, (const std::string& text)) {
  const auto read = ParseIni(text);
  if (read.ok()) return;
  RC_ASSERT(read.error().code == Code::kInvalidArgument);
  RC_ASSERT(std::isdigit(static_cast<unsigned char>(read.error().message.front())));
}

}  // namespace
}  // namespace varve::aws
