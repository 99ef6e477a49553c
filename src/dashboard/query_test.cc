#include "dashboard/query.h"

#include <gtest/gtest.h>

namespace varve::dashboard {
namespace {

using namespace std::string_literals;

TEST(Query, DecodesOnce) {
  EXPECT_EQ(DecodeQuery("in%2Fa+b%2Bc%2520.ndjson"), "in/a b+c%20.ndjson");
  EXPECT_EQ(DecodeQuery("%F0%9F%AA%a8"), "\xF0\x9F\xAA\xA8");
  EXPECT_EQ(DecodeQuery("a%00b"), "a\0b"s);
  EXPECT_EQ(DecodePath("/a+b%20c"), "/a+b c");
}

TEST(Query, WhatIsNoEscapeStays) {
  for (const char* text : {"%", "%2", "100%", "%zz", "%-1", "%+1", "% 1", "%2G", "%0x", "%%"}) {
    EXPECT_EQ(DecodePath(text), text);
  }
  EXPECT_EQ(DecodePath("%%41"), "%A");
}

TEST(Query, IsTakenApart) {
  EXPECT_EQ(ParametersOfQuery(""), Parameters());
  EXPECT_EQ(ParametersOfQuery("a=1&b=x%20y+z&c&=d&&a=2=3&%26=%3D"),
            (Parameters{{"a", "2=3"}, {"b", "x y z"}, {"c", ""}, {"&", "="}}));
}

}  // namespace
}  // namespace varve::dashboard
