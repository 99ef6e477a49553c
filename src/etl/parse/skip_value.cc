#include "etl/parse/skip_value.h"

#include <cstring>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "etl/parse/number.h"
#include "etl/parse/string_token.h"

namespace varve {
namespace {

// Sees a key twice in one object. Small objects, nearly all, are compared pair by pair.
class KeySet {
 public:
  // False when the key was there. `content` is the raw text between the quotes.
  bool Add(std::string_view content, bool escaped) {
    std::string key;
    if (escaped) {
      DecodeString(content, &key);
    } else {
      key = content;
    }
    if (!large_.empty()) return large_.insert(std::move(key)).second;
    for (const std::string& other : small_) {
      if (other == key) return false;
    }
    small_.push_back(std::move(key));
    if (small_.size() == kSmall) large_.insert(small_.begin(), small_.end());
    return true;
  }

 private:
  static constexpr size_t kSmall = 24;

  std::vector<std::string> small_;
  std::unordered_set<std::string> large_;
};

class Walker {
 public:
  explicit Walker(int depth_max) : depth_max_(depth_max) {}

  ParseCode code() const { return code_; }
  const uint8_t* error_at() const { return error_at_; }

  // Gives the byte after the value, or null on error.
  const uint8_t* Value(const uint8_t* p, int depth) {
    switch (*p) {
      case '{': return Object(p, depth + 1);
      case '[': return Array(p, depth + 1);
      case '"': return String(p);
      case 't': return Literal(p, "true");
      case 'f': return Literal(p, "false");
      case 'n': return Literal(p, "null");
      case 'N':
      case 'I': return Fail(ParseCode::kBadLiteral, p);
      case '\n': return Fail(ParseCode::kTruncated, p);
      default:
        if (*p == '-' || (*p >= '0' && *p <= '9') || *p == '+' || *p == '.') return NumberAt(p);
        return Fail(ParseCode::kBadSyntax, p);
    }
  }

 private:
  static const uint8_t* SkipSpace(const uint8_t* p) {
    while (*p == ' ' || *p == '\t' || *p == '\r') ++p;
    return p;
  }

  const uint8_t* Fail(ParseCode code, const uint8_t* at) {
    code_ = *at == '\n' && code == ParseCode::kBadSyntax ? ParseCode::kTruncated : code;
    error_at_ = at;
    return nullptr;
  }

  const uint8_t* Literal(const uint8_t* p, const char* text) {
    const size_t length = std::strlen(text);
    if (std::memcmp(p, text, length) != 0) return Fail(ParseCode::kBadLiteral, p);
    return p + length;
  }

  const uint8_t* NumberAt(const uint8_t* p) {
    const uint8_t* end = p;
    while (*end > 0x20 && *end != ',' && *end != ']' && *end != '}') ++end;
    const Number number =
        ParseNumber({reinterpret_cast<const char*>(p), static_cast<size_t>(end - p)});
    if (number.code != ParseCode::kOk) return Fail(number.code, p);
    return end;
  }

  const uint8_t* String(const uint8_t* p) {
    const StringEnd end = FindStringEnd(p + 1);
    if (end.code != ParseCode::kOk) return Fail(end.code, end.end);
    string_escaped_ = end.escaped;
    return end.end + 1;
  }

  const uint8_t* Array(const uint8_t* p, int depth) {
    if (depth > depth_max_) return Fail(ParseCode::kTooDeep, p);
    p = SkipSpace(p + 1);
    if (*p == ']') return p + 1;
    while (true) {
      p = Value(p, depth);
      if (p == nullptr) return nullptr;
      p = SkipSpace(p);
      if (*p == ']') return p + 1;
      if (*p != ',') return Fail(ParseCode::kBadSyntax, p);
      p = SkipSpace(p + 1);
    }
  }

  const uint8_t* Object(const uint8_t* p, int depth) {
    if (depth > depth_max_) return Fail(ParseCode::kTooDeep, p);
    p = SkipSpace(p + 1);
    if (*p == '}') return p + 1;
    KeySet keys;
    while (true) {
      if (*p != '"') return Fail(ParseCode::kBadSyntax, p);
      const uint8_t* key = p;
      p = String(p);
      if (p == nullptr) return nullptr;
      const std::string_view content(reinterpret_cast<const char*>(key + 1),
                                     static_cast<size_t>(p - key - 2));
      if (!keys.Add(content, string_escaped_)) return Fail(ParseCode::kDuplicateKey, key);
      p = SkipSpace(p);
      if (*p != ':') return Fail(ParseCode::kBadSyntax, p);
      p = Value(SkipSpace(p + 1), depth);
      if (p == nullptr) return nullptr;
      p = SkipSpace(p);
      if (*p == '}') return p + 1;
      if (*p != ',') return Fail(ParseCode::kBadSyntax, p);
      p = SkipSpace(p + 1);
    }
  }

  const int depth_max_;
  ParseCode code_ = ParseCode::kOk;
  const uint8_t* error_at_ = nullptr;
  bool string_escaped_ = false;
};

}  // namespace

SkipResult SkipValue(const uint8_t* p, int depth, int depth_max) {
  Walker walker(depth_max);
  const uint8_t* end = walker.Value(p, depth);
  if (end != nullptr) return {ParseCode::kOk, end};
  return {walker.code(), walker.error_at()};
}

}  // namespace varve
