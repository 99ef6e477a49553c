#include "etl/schema/facts.h"

#include <gtest/gtest.h>

#include <array>

namespace varve {
namespace {

constexpr Facts kAll = (1 << 15) - 1;

// What a value of some kinds can be stored in without loss, as a partial order: each type with the
// types that hold everything it holds.
bool Holds(TypeKind wide, TypeKind narrow) {
  if (wide == narrow || narrow == TypeKind::kUnknown || wide == TypeKind::kJson) return true;
  switch (narrow) {
    case TypeKind::kInt64:
      return wide == TypeKind::kDouble || wide == TypeKind::kDecimal || wide == TypeKind::kString;
    case TypeKind::kDecimal: return wide == TypeKind::kDouble || wide == TypeKind::kString;
    case TypeKind::kDouble: return wide == TypeKind::kString;
    case TypeKind::kTimestampUtc:
    case TypeKind::kTimestampLocal:
    case TypeKind::kDate: return wide == TypeKind::kString;
    case TypeKind::kStruct: return wide == TypeKind::kMap;
    default: return false;
  }
}

// All 2^15 sets, each with one more kind: the new type holds what the old one held, so no order of
// arrival loses a value.
TEST(FactsTest, MoreKindsKeepEveryValue) {
  for (uint32_t facts = 0; facts <= kAll; ++facts) {
    const TypeKind before = ResolveType(static_cast<Facts>(facts));
    for (int bit = 0; bit < 15; ++bit) {
      const TypeKind after = ResolveType(static_cast<Facts>(facts | 1u << bit));
      // Large integers that are doubles are text only until a fraction comes up.
      const bool exact = (facts & kFactInexact) == 0 && IsNumberText(static_cast<Facts>(facts));
      if (exact && after == TypeKind::kDouble) continue;
      ASSERT_TRUE(Holds(after, before)) << facts << " with bit " << bit;
    }
  }
}

TEST(FactsTest, EveryTypeResolvesToItself) {
  for (const TypeKind kind :
       {TypeKind::kUnknown, TypeKind::kBool, TypeKind::kInt64, TypeKind::kDouble,
        TypeKind::kDecimal, TypeKind::kString, TypeKind::kTimestampUtc, TypeKind::kTimestampLocal,
        TypeKind::kDate, TypeKind::kJson, TypeKind::kStruct, TypeKind::kList, TypeKind::kMap}) {
    EXPECT_EQ(ResolveType(FactsOfType(kind)), kind) << static_cast<int>(kind);
  }
}

TEST(FactsTest, Mixtures) {
  EXPECT_EQ(ResolveType(kFactInt | kFactInexact), TypeKind::kInt64);
  EXPECT_EQ(ResolveType(kFactInt | kFactFraction), TypeKind::kDouble);
  EXPECT_EQ(ResolveType(kFactInt | kFactInexact | kFactFraction), TypeKind::kString);
  EXPECT_EQ(ResolveType(kFactInt | kFactU64), TypeKind::kDecimal);
  EXPECT_EQ(ResolveType(kFactU64 | kFactFraction), TypeKind::kDouble);
  EXPECT_EQ(ResolveType(kFactU64 | kFactInexact | kFactFraction), TypeKind::kString);
  EXPECT_EQ(ResolveType(kFactBigInt), TypeKind::kString);
  EXPECT_EQ(ResolveType(kFactDate | kFactTimestampUtc), TypeKind::kString);
  EXPECT_EQ(ResolveType(kFactTimestampLocal | kFactTimestampUtc), TypeKind::kString);
  EXPECT_EQ(ResolveType(kFactText | kFactInt), TypeKind::kJson);
  EXPECT_EQ(ResolveType(kFactBool | kFactInt), TypeKind::kJson);
  EXPECT_EQ(ResolveType(kFactObject | kFactArray), TypeKind::kJson);
  EXPECT_EQ(ResolveType(kFactObject | kFactJson), TypeKind::kJson);
  EXPECT_EQ(ResolveType(kFactMap), TypeKind::kMap);
  EXPECT_EQ(ResolveType(kFactMap | kFactObject), TypeKind::kMap);
  EXPECT_EQ(ResolveType(kFactMap | kFactObject | kFactInt), TypeKind::kJson);
  EXPECT_EQ(ResolveType(kFactMap | kFactArray), TypeKind::kJson);
  EXPECT_EQ(ResolveType(kFactDecimal), TypeKind::kDecimal);
  EXPECT_EQ(ResolveType(kFactDecimal | kFactInt), TypeKind::kString);
  EXPECT_EQ(ResolveType(kFactDecimal | kFactText), TypeKind::kJson);
  EXPECT_EQ(ResolveType(kFactDecimal | kFactMap | kFactObject), TypeKind::kJson);
}

TEST(FactsTest, NumberTextIsTextOfNumbersOnly) {
  EXPECT_TRUE(IsNumberText(kFactBigInt));
  EXPECT_TRUE(IsNumberText(kFactInt | kFactInexact | kFactFraction));
  EXPECT_TRUE(IsNumberText(kFactDecimal | kFactFraction));
  EXPECT_FALSE(IsNumberText(kFactDecimal));
  EXPECT_FALSE(IsNumberText(kFactInt));
  EXPECT_FALSE(IsNumberText(kFactText));
  EXPECT_FALSE(IsNumberText(kFactBigInt | kFactText));
  EXPECT_FALSE(IsNumberText(0));
}

}  // namespace
}  // namespace varve
