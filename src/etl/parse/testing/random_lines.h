// Test helper: random NDJSON as producers write it. Seeded.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "etl/parse/testing/random_json.h"

namespace varve {

// Lines of one producer: a fixed set of keys, some of them optional, each with values of a kind.
class RandomLines {
 public:
  struct Habits {
    bool shuffled_keys = false;
    bool type_changes = false;  // now and then a value of another kind
    bool new_keys = false;      // now and then a key that was not there before
    bool spaces = false;
  };

  RandomLines(uint64_t seed, Habits habits) : json_(seed), habits_(habits) {
    for (int i = 0, count = 1 + json_.Below(8); i < count; ++i) keys_.push_back(NewKey(2));
  }

  std::string Line() {
    if (habits_.new_keys && json_.OneIn(20)) keys_.push_back(NewKey(1));
    return Object(keys_);
  }

  std::vector<std::string> Lines(size_t count) {
    std::vector<std::string> lines;
    while (lines.size() < count) lines.push_back(Line());
    return lines;
  }

  // A line that looks like the others for a while and is none.
  std::string BadLine() {
    std::string line = Line();
    switch (json_.Below(6)) {
      case 0: return line + (json_.OneIn(2) ? "x" : " {}");
      case 1:
        line.resize(line.size() - 1 -
                    static_cast<size_t>(json_.Below(static_cast<int>(line.size()) - 1)));
        return line;
      case 2: line.back() = ','; return line + "\"q\":01}";
      case 3: line.back() = ','; return line + "\"q\":1,\"q\":2}";
      case 4: line.back() = ','; return line + "\"q\":\"\\ud800\"}";
      default: line.back() = ','; return line + "\"\xFF\":1}";
    }
  }

 private:
  struct Key {
    std::string name;
    int kind = 0;
    bool optional = false;
    std::vector<Key> fields;  // of objects
  };

  Key NewKey(int depth) {
    Key key;
    key.name = "key" + std::to_string(serial_++);
    if (json_.OneIn(5)) key.name += "_with_a_name_of_more_than_thirty_two_bytes";
    if (json_.OneIn(9)) key.name += "\\u0041\\n";
    key.kind = json_.Below(depth > 0 ? 11 : 8);
    key.optional = json_.OneIn(2);
    if (key.kind >= 8) {
      for (int i = 0, count = 1 + json_.Below(3); i < count; ++i) {
        key.fields.push_back(NewKey(depth - 1));
      }
    }
    return key;
  }

  std::string Space() { return habits_.spaces ? json_.Space() : ""; }

  std::string Object(const std::vector<Key>& keys) {
    std::vector<const Key*> chosen;
    for (const Key& key : keys) {
      if (!key.optional || json_.OneIn(2)) chosen.push_back(&key);
    }
    if (habits_.shuffled_keys) {
      for (size_t i = 1; i < chosen.size(); ++i) {
        std::swap(chosen[i], chosen[static_cast<size_t>(json_.Below(static_cast<int>(i) + 1))]);
      }
    }
    std::string text = "{" + Space();
    for (size_t i = 0; i < chosen.size(); ++i) {
      if (i > 0) text += "," + Space();
      text += "\"" + chosen[i]->name + "\"" + Space() + ":" + Space() + Value(*chosen[i]) + Space();
    }
    return text + "}";
  }

  std::string Value(const Key& key) {
    if (json_.OneIn(12)) return "null";
    if (habits_.type_changes && json_.OneIn(40)) return json_.Value(2);
    switch (key.kind) {
      case 0: return std::to_string(json_.Below(20));
      case 1:
        return std::to_string(json_.Below(1'000'000'000)) + std::to_string(json_.Below(99'999));
      case 2: return std::to_string(json_.Below(1'000)) + "." + std::to_string(json_.Below(100));
      case 3: return json_.String();
      case 4: return json_.OneIn(2) ? "true" : "false";
      case 5: return "\"status " + std::to_string(json_.Below(5)) + "\"";
      case 6:
        return "\"2025-01-" + std::to_string(10 + json_.Below(20)) +
               "T10:00:" + std::to_string(10 + json_.Below(50)) + "Z\"";
      case 7: return "\"2025-02-" + std::to_string(10 + json_.Below(19)) + "\"";
      case 8: return Object(key.fields);
      case 9: return List(key, /*objects=*/true);
      default: return List(key, /*objects=*/false);
    }
  }

  std::string List(const Key& key, bool objects) {
    std::string text = "[" + Space();
    for (int i = 0, count = json_.Below(4); i < count; ++i) {
      if (i > 0) text += "," + Space();
      text += objects ? Object(key.fields) : Value(key.fields[0]);
      text += Space();
    }
    return text + "]";
  }

  RandomJson json_;
  const Habits habits_;
  std::vector<Key> keys_;
  int serial_ = 0;
};

inline std::string JoinLines(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text.append(line).push_back('\n');
  return text;
}

}  // namespace varve
