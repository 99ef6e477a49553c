#include "etl/convert/fold_case.h"

#include <gtest/gtest.h>

namespace varve {
namespace {

TEST(FoldCaseTest, CapitalsFoldToSmallLetters) {
  EXPECT_EQ(FoldCase("Id_1Z@["), "id_1z@[");
  EXPECT_EQ(FoldCase("ÀÖØÞßÿ×÷"), "àöøþßÿ×÷");
  EXPECT_EQ(FoldCase("ĀĶĹŇŊŶŸŽ"), "āķĺňŋŷÿž");
  EXPECT_EQ(FoldCase("ΆΈΌΎΏΑΡΣΫ"), "άέόύώαρσϋ");
  EXPECT_EQ(FoldCase("ЀЏАЯѠҊԮ"), "ѐџаяѡҋԯ");
  EXPECT_EQ(FoldCase("ԱՖḀẔẠỾẞ"), "աֆḁẕạỿß");
  EXPECT_EQ(FoldCase("\u212A\u212BＡＺ"), "kåａｚ");
}

TEST(FoldCaseTest, TheRestStays) {
  for (const char* text : {"", "a.b", "漢字", "😀", "\u0130\u0131", "é", "\xF0\x9F", "\xC3"}) {
    EXPECT_EQ(FoldCase(text), text);
  }
}

}  // namespace
}  // namespace varve
