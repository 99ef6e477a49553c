#include "etl/column/token_dictionary.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace varve {
namespace {

// A token followed by bytes that must not count.
class Token {
 public:
  explicit Token(const std::string& text, char after = '~')
      : bytes_(text + std::string(16, after)) {
    key_ = MakeTokenKey(reinterpret_cast<const uint8_t*>(bytes_.data()),
                        static_cast<uint32_t>(text.size()));
  }
  Token(const Token&) = delete;
  const TokenKey& key() const { return key_; }

 private:
  std::string bytes_;
  TokenKey key_;
};

TEST(TokenKeyTest, DependsOnTheTokenOnly) {
  for (size_t length = 0; length <= 40; ++length) {
    const Token a(std::string(length, 'a'), '!');
    const Token b(std::string(length, 'a'), 'Z');
    EXPECT_EQ(a.key().hash, b.key().hash) << length;
    EXPECT_EQ(a.key().low, b.key().low) << length;
    EXPECT_EQ(a.key().high, b.key().high) << length;
  }
}

// Long tokens are hashed in overlapping pieces: none of their bytes may be left out.
TEST(TokenKeyTest, EveryByteOfALongTokenIsHashed) {
  for (size_t length = kInlineTokenBytes + 1; length <= 100; ++length) {
    const std::string text(length, 'x');
    std::set<uint64_t> hashes = {Token(text).key().hash};
    for (size_t at = 0; at < length; ++at) {
      std::string other = text;
      other[at] = 'y';
      hashes.insert(Token(other).key().hash);
    }
    EXPECT_EQ(hashes.size(), length + 1) << length;
    EXPECT_EQ(hashes.count(Token(text + "x").key().hash), 0U) << length;
  }
}

// Random tokens of all lengths, spellings, roll-backs and clearing against a map.
TEST(TokenDictionaryTest, IsAMap) {
  for (uint32_t seed = 0; seed < 60; ++seed) {
    std::mt19937 random(seed);
    TokenDictionary dictionary;
    std::map<std::string, uint32_t> model;  // token -> index
    std::vector<std::string> values;
    std::vector<uint32_t> row_of_value;
    uint32_t row = 0;
    for (int step = 0; step < 3'000; ++step) {
      const std::string token(random() % 40, static_cast<char>('a' + random() % 6));
      const std::string text = token + std::to_string(random() % 50);
      const Token probe(text);
      const auto known = model.find(text);
      const uint32_t found = dictionary.Find(probe.key());
      ASSERT_EQ(found, known == model.end() ? TokenDictionary::kNotFound : known->second) << text;
      if (text.size() > kInlineTokenBytes) {  // the same in two steps, as late probes do it
        const uint64_t slot = dictionary.PrefetchBytes(probe.key());
        const uint32_t index = dictionary.IndexAt(slot, probe.key());
        ASSERT_TRUE(index == found || slot == 0) << text;
      }
      if (known == model.end()) {
        uint32_t index = static_cast<uint32_t>(values.size());
        if (index > 0 && random() % 4 == 0) {
          index = random() % index;  // another spelling of a value that is there
        } else {
          dictionary.values().Append(text);
          ASSERT_EQ(dictionary.AddValue(row), index);
          values.push_back(text);
          row_of_value.push_back(row);
        }
        dictionary.AddKey(probe.key(), index);
        model[text] = index;
      }
      if (random() % 5 == 0) ++row;
      if (random() % 40 == 0) {
        dictionary.RollbackRow(row);
        while (!row_of_value.empty() && row_of_value.back() == row) {
          row_of_value.pop_back();
          values.pop_back();
        }
        std::erase_if(model, [&](const auto& entry) { return entry.second >= values.size(); });
      }
      if (random() % 1'000 == 0) {
        dictionary.Clear();
        model.clear();
        values.clear();
        row_of_value.clear();
      }
      ASSERT_EQ(dictionary.size(), values.size());
    }
    for (uint32_t i = 0; i < values.size(); ++i) {
      const uint32_t begin = dictionary.ValueBegin(i);
      ASSERT_EQ(dictionary.values().view().substr(begin, dictionary.ValueEnd(i) - begin),
                values[i]);
    }
  }
}

// The bytes of such keys are the values' own, which move as the dictionary grows.
TEST(TokenDictionaryTest, StringsSpelledAsTheyAreAreFoundByTheirValues) {
  TokenDictionary dictionary;
  const auto text = [](uint32_t i) { return std::string(i % 60, 'x') + std::to_string(i); };
  for (uint32_t i = 0; i < 5'000; ++i) {
    const std::string value = text(i);
    dictionary.values().AppendValue(static_cast<uint32_t>(value.size()));
    dictionary.values().Append(value);
    dictionary.AddKeyOfString(Token(value).key(), dictionary.AddValue(i));
  }
  for (uint32_t i = 0; i < 5'000; ++i) {
    EXPECT_EQ(dictionary.Find(Token(text(i)).key()), i);
    EXPECT_EQ(dictionary.Find(Token(text(i) + "y").key()), TokenDictionary::kNotFound);
  }
  dictionary.RollbackRow(4'999);
  EXPECT_EQ(dictionary.Find(Token(text(4'999)).key()), TokenDictionary::kNotFound);
  EXPECT_EQ(dictionary.Find(Token(text(4'998)).key()), 4'998U);
}

// Tokens that agree in all but one byte, at every length around the inline limits.
TEST(TokenDictionaryTest, OneByteTellsTokensApart) {
  for (size_t length = 1; length <= 100; ++length) {
    TokenDictionary dictionary;
    const std::string text(length, 'x');
    dictionary.AddKey(Token(text).key(), dictionary.AddValue(0));
    for (size_t at = 0; at < length; ++at) {
      std::string other = text;
      other[at] = 'y';
      EXPECT_EQ(dictionary.Find(Token(other).key()), TokenDictionary::kNotFound) << length;
    }
    EXPECT_EQ(dictionary.Find(Token(text + "x").key()), TokenDictionary::kNotFound);
    EXPECT_EQ(dictionary.Find(Token(text).key()), 0U) << length;
  }
}

// What differs may hide from the hash: long tokens with equal hashes are compared byte by byte.
TEST(TokenDictionaryTest, LongTokensOfOneHashAreComparedByteByByte) {
  for (size_t length = kInlineTokenBytes + 1; length <= 100; ++length) {
    TokenDictionary dictionary;
    const std::string text(length, 'x');
    const Token token(text);
    dictionary.AddKey(token.key(), dictionary.AddValue(0));
    for (size_t at = 0; at < length; ++at) {
      std::string other = text;
      other[at] = 'y';
      const Token forged(other);
      TokenKey key = forged.key();
      key.low = token.key().low;
      key.high = token.key().high;
      key.hash = token.key().hash;
      EXPECT_EQ(dictionary.Find(key), TokenDictionary::kNotFound) << length << " " << at;
    }
  }
}

}  // namespace
}  // namespace varve
