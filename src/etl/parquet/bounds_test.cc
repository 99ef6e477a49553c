#include "etl/parquet/bounds.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstring>
#include <string>

namespace varve::parquet {
namespace {

std::string Repeat(std::string_view text, size_t times) {
  std::string out;
  for (size_t i = 0; i < times; ++i) out += text;
  return out;
}

TEST(StringBoundsTest, ShortTextIsExact) {
  const std::string longest(64, 'z');
  const Bounds bounds = StringBounds("", longest);
  EXPECT_EQ(bounds.min, "");
  EXPECT_EQ(bounds.max, longest);
  EXPECT_TRUE(bounds.min_exact && bounds.max_exact && bounds.has_max);
}

TEST(StringBoundsTest, LongTextIsCutAndTheMaximumRoundedUp) {
  const std::string text(65, 'a');
  const Bounds bounds = StringBounds(text, text);
  EXPECT_EQ(bounds.min, std::string(64, 'a'));
  EXPECT_EQ(bounds.max, std::string(63, 'a') + "b");
  EXPECT_FALSE(bounds.min_exact || bounds.max_exact);
}

TEST(StringBoundsTest, CharactersStayWhole) {
  const std::string text = Repeat("\u20AC", 30);  // 3 bytes each: 64 falls inside the 22nd
  const Bounds bounds = StringBounds(text, text);
  EXPECT_EQ(bounds.min, Repeat("\u20AC", 21));
  EXPECT_EQ(bounds.max, Repeat("\u20AC", 20) + "\u20AD");
}

TEST(StringBoundsTest, RoundingSkipsWhatIsNoCharacter) {
  const std::string before_surrogates = "\uD7FF" + std::string(70, 'x');
  // U+10FFFF has no successor, so the character before it is raised.
  const std::string at_the_end = std::string("a") + Repeat("\U0010FFFF", 20);
  EXPECT_EQ(StringBounds("", at_the_end).max, "b");
  EXPECT_EQ(StringBounds("", Repeat("\uD7FF", 30)).max, Repeat("\uD7FF", 20) + "\uE000");
  EXPECT_EQ(StringBounds("", before_surrogates).max, "\uD7FF" + std::string(60, 'x') + "y");
  // The successor of U+007F takes two bytes: too long for the last place, so the one before rises.
  EXPECT_EQ(StringBounds("", "b" + Repeat("\x7F", 70)).max, "b" + Repeat("\x7F", 61) + "\u0080");
}

TEST(StringBoundsTest, NoMaximumWhereNoneExists) {
  const Bounds bounds = StringBounds("", Repeat("\U0010FFFF", 20));
  EXPECT_FALSE(bounds.has_max);
  EXPECT_EQ(bounds.max, "");
}

RC_GTEST_PROP(StringBoundsPropertyTest, BoundsHold, ()) {
  const auto characters = *rc::gen::container<std::vector<std::string>>(
      rc::gen::element<std::string>("a", "~", "\x7F", "\u00E9", "\u07FF", "\u20AC", "\uD7FF",
                                    "\uFFFF", "\U0001F600", "\U0010FFFF"));
  std::string text;
  for (const std::string& character : characters) text += character;
  const Bounds bounds = StringBounds(text, text);
  RC_ASSERT(bounds.min.size() <= kMaxBoundBytes);
  RC_ASSERT(bounds.max.size() <= kMaxBoundBytes);
  RC_ASSERT(CompareBounds(BoundOrder::kBytes, bounds.min, text) <= 0);
  const bool max_holds =
      !bounds.has_max || CompareBounds(BoundOrder::kBytes, bounds.max, text) >= 0;
  RC_ASSERT(max_holds);
  RC_ASSERT(bounds.max_exact == (text.size() <= kMaxBoundBytes));
}

TEST(CompareBoundsTest, EachTypeInItsOrder) {
  const auto below = [](BoundOrder order, const Bounds& bounds) {
    return CompareBounds(order, bounds.min, bounds.max) < 0 &&
           CompareBounds(order, bounds.max, bounds.min) > 0 &&
           CompareBounds(order, bounds.min, bounds.min) == 0;
  };
  EXPECT_TRUE(below(BoundOrder::kBool, BoolBounds(false, true)));
  EXPECT_TRUE(below(BoundOrder::kInt32, Int32Bounds(-1, 256)));
  EXPECT_TRUE(below(BoundOrder::kInt64, Int64Bounds(-1, 256)));
  EXPECT_TRUE(below(BoundOrder::kDouble, DoubleBounds(-2.5, -1e-300)));
  EXPECT_TRUE(below(BoundOrder::kBytes, StringBounds("z", "\u00E9")));
  EXPECT_TRUE(below(BoundOrder::kDecimal, DecimalBounds("\xFF\xFE", std::string("\0\1", 2))));
  EXPECT_TRUE(below(BoundOrder::kDecimal, DecimalBounds("\x80\x01", "\xFF\xFF")));
}

TEST(DoubleBoundsTest, ZerosWiden) {
  const Bounds bounds = DoubleBounds(0.0, -0.0);
  double min;
  double max;
  std::memcpy(&min, bounds.min.data(), sizeof(min));
  std::memcpy(&max, bounds.max.data(), sizeof(max));
  EXPECT_TRUE(std::signbit(min));
  EXPECT_FALSE(std::signbit(max));
}

TEST(MergeBoundsTest, TakesTheOuterOnesWithTheirExactness) {
  const std::string long_text(100, 'm');
  Bounds bounds = StringBounds("k", long_text);
  MergeBounds(BoundOrder::kBytes, StringBounds("c", "d"), &bounds);
  EXPECT_EQ(bounds.min, "c");
  EXPECT_TRUE(bounds.min_exact);
  EXPECT_FALSE(bounds.max_exact);
  MergeBounds(BoundOrder::kBytes, StringBounds("x", "x"), &bounds);
  EXPECT_EQ(bounds.max, "x");
  EXPECT_TRUE(bounds.max_exact);
  MergeBounds(BoundOrder::kBytes, StringBounds("x", Repeat("\U0010FFFF", 20)), &bounds);
  EXPECT_FALSE(bounds.has_max);
  EXPECT_EQ(bounds.min, "c");
}

}  // namespace
}  // namespace varve::parquet
