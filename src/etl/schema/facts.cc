#include "etl/schema/facts.h"

namespace varve {
namespace {

TypeKind ResolveNumbers(Facts facts) {
  if ((facts & kFactFraction) != 0) {
    // One integer that a double cannot hold makes all text.
    return (facts & kFactInexact) == 0 ? TypeKind::kDouble : TypeKind::kString;
  }
  if ((facts & kFactBigInt) != 0) return TypeKind::kString;
  return (facts & kFactU64) != 0 ? TypeKind::kDecimal : TypeKind::kInt64;
}

}  // namespace

TypeKind ResolveType(Facts facts) {
  if (facts == 0) return TypeKind::kUnknown;
  if (facts == kFactBool) return TypeKind::kBool;
  if ((facts & ~kFactNumbers) == 0) return ResolveNumbers(facts);
  if (facts == kFactDecimal) return TypeKind::kDecimal;
  if ((facts & ~(kFactNumbers | kFactDecimal)) == 0) return TypeKind::kString;
  if (facts == kFactTimestampUtc) return TypeKind::kTimestampUtc;
  if (facts == kFactTimestampLocal) return TypeKind::kTimestampLocal;
  if (facts == kFactDate) return TypeKind::kDate;
  if ((facts & ~kFactStrings) == 0) return TypeKind::kString;
  if (facts == kFactObject) return TypeKind::kStruct;
  if ((facts & ~kFactObject) == kFactMap) return TypeKind::kMap;
  if (facts == kFactArray) return TypeKind::kList;
  return TypeKind::kJson;
}

Facts FactsOfType(TypeKind kind) {
  switch (kind) {
    case TypeKind::kUnknown: return 0;
    case TypeKind::kBool: return kFactBool;
    case TypeKind::kInt64: return kFactInt;
    case TypeKind::kDouble: return kFactFraction;
    case TypeKind::kDecimal: return kFactU64;
    case TypeKind::kString: return kFactText;
    case TypeKind::kTimestampUtc: return kFactTimestampUtc;
    case TypeKind::kTimestampLocal: return kFactTimestampLocal;
    case TypeKind::kDate: return kFactDate;
    case TypeKind::kJson: return kFactJson;
    case TypeKind::kStruct: return kFactObject;
    case TypeKind::kMap: return kFactObject | kFactMap;
    case TypeKind::kList: return kFactArray;
  }
  return 0;
}

}  // namespace varve
