// Test helper: random JSON of the kinds that logs hold, and random damage to it. Seeded; no state
// outside.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace varve {

class RandomJson {
 public:
  explicit RandomJson(uint64_t seed) : random_(seed) {}

  int Below(int limit) { return static_cast<int>(random_() % static_cast<uint64_t>(limit)); }
  bool OneIn(int n) { return Below(n) == 0; }

  template <size_t kCount>
  const char* Pick(const char* const (&choices)[kCount]) {
    return choices[Below(static_cast<int>(kCount))];
  }

  std::string Number() {
    static constexpr const char* kSome[] = {"0",
                                            "-0",
                                            "1",
                                            "17",
                                            "-3",
                                            "1.0",
                                            "1.00",
                                            "0.1",
                                            "2e3",
                                            "-1.5E-7",
                                            "1e22",
                                            "100",
                                            "9007199254740993",
                                            "18446744073709551615",
                                            "123456789012345678901234567890",
                                            "0.12345678901234567890"};
    if (OneIn(3)) return Pick(kSome);
    return std::to_string(Below(OneIn(2) ? 10 : 1'000'000));
  }

  std::string String() {
    static constexpr const char* kSome[] = {
        "",
        "a",
        "A",
        "\\u0041",
        "\\n",
        "\\ud83d\\ude00",
        "\xC3\xA9t\xC3\xA9",
        "two words",
        "\\\"q\\\"",
        "2025-01-17",
        "2025-01-18",
        "2025-01-17T10:00:00Z",
        "2025-01-17T10:00:00",
        "\\u0032025-01-17",
        "12",
        "a string that is longer than thirty-two bytes, so not inline",
        "exactly sixteen!",
        "exactly seventeen"};
    if (OneIn(3)) return std::string("\"") + Pick(kSome) + "\"";
    std::string text = "\"";
    for (int length = Below(OneIn(10) ? 90 : 12); length > 0; --length) {
      text.push_back(static_cast<char>('a' + Below(26)));
    }
    return text + "\"";
  }

  std::string Value(int depth) {
    switch (Below(depth > 0 ? 9 : 7)) {
      case 0: return "null";
      case 1: return OneIn(2) ? "true" : "false";
      case 2:
      case 3: return Number();
      case 4:
      case 5:
      case 6: return String();
      case 7: return Array(depth - 1);
      default: return Object(depth - 1);
    }
  }

  std::string Array(int depth) {
    std::string text = "[" + Space();
    for (int i = 0, count = Below(4); i < count; ++i) {
      if (i > 0) text += "," + Space();
      text += Value(depth) + Space();
    }
    return text + "]";
  }

  std::string Object(int depth) {
    std::string text = "{" + Space();
    int key = 0;
    for (int i = 0, count = Below(5); i < count; ++i) {
      key += 1 + Below(3);
      if (i > 0) text += "," + Space();
      text += "\"k" + std::to_string(key) + "\"" + Space() + ":" + Space() + Value(depth) + Space();
    }
    return text + "}";
  }

  std::string Space() {
    static constexpr const char* kSome[] = {" ", "  ", "\t", "\r", " \r\t "};
    return OneIn(8) ? Pick(kSome) : "";
  }

  // One small change: a byte lost, doubled, replaced, or the end cut off.
  void Mutate(std::string* text) {
    static constexpr const char* kPieces[] = {
        "\"",   "\\",    ",",         ":",       "{",     "}",     "[", "]",
        "0",    "1e400", "-",         ".",       "null",  "tru",   " ", "\x01",
        "\xFF", "\\u12", "\"k1\":1,", "\\ud800", "[[[[[", "]]]]]", "e", "00"};
    if (text->empty()) return;
    const size_t at = static_cast<size_t>(Below(static_cast<int>(text->size())));
    switch (Below(5)) {
      case 0: text->erase(at, 1); break;
      case 1: text->insert(at, 1, (*text)[at]); break;
      case 2: text->resize(at); break;
      case 3: text->replace(at, 1, Pick(kPieces)); break;
      default: text->insert(at, Pick(kPieces)); break;
    }
  }

 private:
  std::mt19937_64 random_;
};

}  // namespace varve
