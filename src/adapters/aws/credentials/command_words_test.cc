#include "adapters/aws/credentials/command_words.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace varve::aws {
namespace {

using Words = std::vector<std::string>;

TEST(CommandWords, AsTheAwsCliTakesThemApart) {
  EXPECT_EQ(*CommandWords(R"("/opt/my tool" --user helen  'a b'c "d \"e\" \n")"),
            (Words{"/opt/my tool", "--user", "helen", "a bc", "d \"e\" \\n"}));
  EXPECT_EQ(*CommandWords("x $HOME ~/y `z` *.a | b; c # d"),
            (Words{"x", "$HOME", "~/y", "`z`", "*.a", "|", "b;", "c", "#", "d"}));
  EXPECT_EQ(*CommandWords(R"(a\ b '' "" '\')"), (Words{"a b", "", "", "\\"}));
  EXPECT_TRUE(CommandWords(" \n").value().empty());
}

TEST(CommandWords, QuotesMustBeClosed) {
  for (const char* command : {"\"a", "'a", "a'", "a \\", R"("a\")"}) {
    EXPECT_EQ(CommandWords(command).error().code, Code::kInvalidArgument) << command;
  }
}

RC_GTEST_PROP(CommandWords, WordsInQuotesComeBackAsTheyWere, (const Words& words)) {
  std::string command;
  for (const std::string& word : words) {
    command += " \"";
    for (const char c : word) {
      if (c == '"' || c == '\\') command += '\\';
      command += c;
    }
    command += '"';
  }
  RC_ASSERT(*CommandWords(command) == words);
}

}  // namespace
}  // namespace varve::aws
