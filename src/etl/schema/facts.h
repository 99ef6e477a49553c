// Facts: what kinds of JSON value were seen at one place of the schema, and the type they imply.
//
// A place's type is a function of the *set* of kinds seen there, so it cannot depend on the order
// of lines, files or threads: merging two observers is a bitwise or. Types only ever widen.
#pragma once

#include <cstdint>

#include "model/schema.h"

namespace varve {

using Facts = uint16_t;

inline constexpr Facts kFactBool = 1 << 0;
inline constexpr Facts kFactInt = 1 << 1;      // an int64
inline constexpr Facts kFactInexact = 1 << 2;  // beside another: an integer no double holds exactly
inline constexpr Facts kFactU64 = 1 << 3;      // beyond int64, within uint64
inline constexpr Facts kFactBigInt = 1 << 4;   // an integer beyond uint64
inline constexpr Facts kFactFraction = 1 << 5;  // a number with '.', 'e' or 'E'
inline constexpr Facts kFactText = 1 << 6;      // a string of none of the three forms below
inline constexpr Facts kFactTimestampUtc = 1 << 7;
inline constexpr Facts kFactTimestampLocal = 1 << 8;
inline constexpr Facts kFactDate = 1 << 9;
inline constexpr Facts kFactObject = 1 << 10;
inline constexpr Facts kFactArray = 1 << 11;

inline constexpr Facts kFactNumbers =
    kFactInt | kFactInexact | kFactU64 | kFactBigInt | kFactFraction;
inline constexpr Facts kFactStrings =
    kFactText | kFactTimestampUtc | kFactTimestampLocal | kFactDate;

// Beside what was seen: makes any set resolve to JSON text (objects whose keys are data, nesting
// that readers refuse).
inline constexpr Facts kFactJson = 1 << 12;

// Instead of what was seen: numbers that fit the decimal type which the schema declares. Numbers
// that do not fit it are seen as what they are, and make the column text.
inline constexpr Facts kFactDecimal = 1 << 13;

// Beside kFactObject: the objects are a map, their keys data. Never observed, only given.
inline constexpr Facts kFactMap = 1 << 14;

// The narrowest type that holds every kind in `facts` without losing a value. A set of numbers that
// no numeric type holds gives kString (each number's source text); other mixtures give kJson.
TypeKind ResolveType(Facts facts);

// Facts that resolve to `kind`, to begin with a given schema instead of an empty one.
Facts FactsOfType(TypeKind kind);

// True when a kString place holds the source text of numbers, not JSON strings.
inline bool IsNumberText(Facts facts) {
  return (facts & kFactNumbers) != 0 && (facts & ~(kFactNumbers | kFactDecimal)) == 0 &&
         ResolveType(facts) == TypeKind::kString;
}

}  // namespace varve
