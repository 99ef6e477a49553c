// Test helper: varve's rules for a line, on top of an independent JSON parser.
#pragma once

#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace varve {

// Adds to the grammar: no duplicate keys, no nesting beyond a depth.
class StrictSax : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit StrictSax(int depth_max) : depth_max_(depth_max) {}

  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return false; }
  bool start_object(size_t) override {
    keys_.emplace_back();
    return Deeper();
  }
  bool key(string_t& key) override { return keys_.back().insert(key).second; }
  bool end_object() override {
    keys_.pop_back();
    --depth_;
    return true;
  }
  bool start_array(size_t) override { return Deeper(); }
  bool end_array() override {
    --depth_;
    return true;
  }
  bool parse_error(size_t position, const std::string& token,
                   const nlohmann::detail::exception& error) override {
    constexpr int kNumberOverflow = 406;
    if (error.id == kNumberOverflow && token.find_first_of(".eE") == std::string::npos) {
      long_integer_end = position;
      long_integer_size = token.size();
    }
    return false;
  }

  // An integer that no double holds, which varve keeps as text: where the parser gave up on it.
  size_t long_integer_end = 0;
  size_t long_integer_size = 0;

 private:
  bool Deeper() { return ++depth_ <= depth_max_; }

  const int depth_max_;
  int depth_ = 0;
  std::vector<std::set<std::string>> keys_;
};

// Whether `text` is one JSON value that varve keeps.
inline bool IsStrictJson(std::string text, int depth_max) {
  if (text.find('\0') != std::string::npos) return false;  // the parser takes it for the end
  if (text.starts_with("\xEF\xBB\xBF")) return false;      // the parser skips it
  while (true) {
    StrictSax sax(depth_max);
    if (nlohmann::json::sax_parse(text, &sax)) return true;
    if (sax.long_integer_size == 0) return false;
    text.replace(sax.long_integer_end - sax.long_integer_size, sax.long_integer_size, "0");
  }
}

// Whether `line`, without its newline, is a row.
inline bool IsStrictRow(std::string_view line, int depth_max) {
  const size_t first = line.find_first_not_of(" \t\r");
  return first != std::string_view::npos && line[first] == '{' &&
         IsStrictJson(std::string(line), depth_max);
}

inline bool IsBlankLine(std::string_view line) {
  return line.find_first_not_of(" \t\r") == std::string_view::npos;
}

}  // namespace varve
