#include "adapters/local/object_path.h"

#include <gtest/gtest.h>

namespace varve {
namespace {

TEST(ObjectPath, RefusesWhatWouldLeaveTheRootOrHide) {
  for (const std::string key :
       {"", "/a", "..", "../a", "a/..", "a/../b", ".", "./a", "a/./b", "a//b", "a/", ".hidden",
        "a/.hidden/b", "\xff", "a\xc0\xaf", "\xed\xa0\x80"}) {
    EXPECT_EQ(CheckObjectPath(key).error().code, Code::kInvalidArgument) << key;
  }
  EXPECT_FALSE(CheckObjectPath(std::string("a\0b", 3)).ok());
  EXPECT_FALSE(CheckObjectPath(std::string(256, 'x')).ok());
  EXPECT_FALSE(CheckObjectPath(std::string(1025, 'x')).ok());
}

TEST(ObjectPath, TakesEveryOtherName) {
  for (const std::string key : {"a", "a/b", "a..b", "a b+c%20", "line\nbreak", "-rf", "..a/b..",
                                "\xF0\x9F\xAA\xA8", "<b>", "back\\slash"}) {
    // "..a" begins with a dot.
    EXPECT_EQ(CheckObjectPath(key).ok(), !key.starts_with('.')) << key;
  }
}

TEST(ObjectPath, ARefusalIsOnePrintableLine) {
  const std::string message = CheckObjectPath("../x\n\x1b[31m").error().message;
  EXPECT_EQ(message, "the key ../x\\x0a\\x1b[31m is refused: a part of it begins with a dot");
}

TEST(ObjectPath, TemporaryNames) {
  for (const std::string key : {"_a", "a/_b/c", ".a", "a.tmp", "a.part", "b/a.crdownload"}) {
    EXPECT_TRUE(IsTemporaryKey(key)) << key;
  }
  for (const std::string key : {"a", "a_b", "tmp", "a.tmp.ndjson", "part/a"}) {
    EXPECT_FALSE(IsTemporaryKey(key)) << key;
  }
}

TEST(ObjectPath, Utf8) {
  EXPECT_TRUE(IsUtf8(""));
  EXPECT_TRUE(IsUtf8("caf\xC3\xA9 \xE2\x82\xAC \xF0\x9F\xAA\xA8"));
  for (const char* bad : {"\x80", "\xC3", "\xC0\x80", "\xE0\x80\x80", "\xF5\x80\x80\x80",
                          "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xE2\x28\xA1"}) {
    EXPECT_FALSE(IsUtf8(bad)) << bad;
  }
}

}  // namespace
}  // namespace varve
