#include "etl/parse/key_set.h"

#include <gtest/gtest.h>

#include <deque>
#include <random>
#include <set>

namespace varve {
namespace {

// Keys whose bytes stay where they are, as those of a line do.
class Keys {
 public:
  TokenKey Make(std::string_view text) {
    std::string& padded = kept_.emplace_back(text);
    padded.append(16, '\0');
    return MakeTokenKey(reinterpret_cast<const uint8_t*>(padded.data()),
                        static_cast<uint32_t>(text.size()));
  }

 private:
  std::deque<std::string> kept_;
};

TEST(KeySetTest, SeesAKeyTwiceInOneObjectOnly) {
  Keys keys;
  KeySet set;
  set.Begin();
  EXPECT_TRUE(set.Add(keys.Make("a")));
  EXPECT_TRUE(set.Add(keys.Make("")));
  EXPECT_TRUE(set.Add(keys.Make("a key that is longer than sixteen bytes")));
  EXPECT_FALSE(set.Add(keys.Make("a key that is longer than sixteen bytes")));
  EXPECT_FALSE(set.Add(keys.Make("")));
  EXPECT_FALSE(set.Add(keys.Make("a")));
  EXPECT_EQ(set.newest(), "a");
  set.Begin();
  EXPECT_TRUE(set.Add(keys.Make("a")));
  EXPECT_TRUE(set.Add(set.Keep("b").empty() ? TokenKey() : keys.Make("b")));
}

TEST(KeySetTest, AZeroByteIsPartOfAKey) {
  Keys keys;
  KeySet set;
  set.Begin();
  EXPECT_TRUE(set.Add(keys.Make("a")));
  EXPECT_TRUE(set.Add(keys.Make(std::string_view("a\0", 2))));
  EXPECT_TRUE(set.Add(keys.Make(std::string_view("a\0\0", 3))));
  EXPECT_FALSE(set.Add(keys.Make(std::string_view("a\0", 2))));
}

// Objects of all sizes against a set, the largest beyond what is kept from one to the next.
TEST(KeySetTest, AgreesWithASet) {
  std::mt19937_64 random(1);
  KeySet set;
  for (const size_t size : {5, 3000, 0, 1, 40, 50'000, 7, 40, 16, 33}) {
    Keys keys;
    std::set<std::string> expected;
    set.Begin();
    for (size_t i = 0; i < size; ++i) {
      std::string key = std::to_string(random() % (2 * size));
      if (random() % 3 == 0) key += " and more than sixteen bytes";
      EXPECT_EQ(set.Add(keys.Make(key)), expected.insert(key).second) << key;
    }
  }
}

// What a sender who knows the hash could do: without the tree this takes minutes.
TEST(KeySetTest, CollidingKeysAreNotQuadratic) {
  constexpr int kCount = 200'000;
  Keys keys;
  KeySet set;
  for (int round = 0; round < 2; ++round) {
    set.Begin();
    for (int i = 0; i < kCount; ++i) {
      TokenKey key = keys.Make(std::to_string(i));
      key.hash = 7;
      ASSERT_TRUE(set.Add(key)) << i;
    }
    for (const int i : {0, 1, 63, 64, 65, kCount - 1}) {
      TokenKey key = keys.Make(std::to_string(i));
      key.hash = 7;
      EXPECT_FALSE(set.Add(key)) << i;
    }
  }
}

}  // namespace
}  // namespace varve
