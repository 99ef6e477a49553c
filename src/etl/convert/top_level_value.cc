#include "etl/convert/top_level_value.h"

#include <cstdint>
#include <cstring>
#include <string>

#include "etl/parse/string_token.h"

namespace varve {
namespace {

constexpr uint64_t kOnes = 0x0101010101010101;

// The high bit of every byte of `word` that equals `byte`; bytes after the first may be wrong.
constexpr uint64_t Equal(uint64_t word, char byte) {
  const uint64_t different = word ^ (kOnes * static_cast<unsigned char>(byte));
  return (different - kOnes) & ~different & (kOnes << 7);
}

const char* SkipSpace(const char* p) {
  while (*p == ' ' || *p == '\t' || *p == '\r') ++p;
  return p;
}

// From after the opening quote to the closing one, or null when the line ends first.
const char* ClosingQuote(const char* p, bool* escaped) {
  while (true) {
    uint64_t word;
    std::memcpy(&word, p, sizeof(word));
    const uint64_t special = Equal(word, '"') | Equal(word, '\\') | Equal(word, '\n');
    if (special == 0) {
      p += sizeof(word);
      continue;
    }
    while (*p != '"' && *p != '\\' && *p != '\n') ++p;
    if (*p == '"') return p;
    if (*p == '\n' || p[1] == '\n') return nullptr;
    *escaped = true;
    p += 2;
  }
}

// From after the opening bracket to after the closing one, or null.
const char* SkipContainer(const char* p) {
  bool ignored = false;
  for (int depth = 1; depth > 0;) {
    switch (*p++) {
      case '"':
        p = ClosingQuote(p, &ignored);
        if (p == nullptr) return nullptr;
        ++p;
        break;
      case '{':
      case '[': ++depth; break;
      case '}':
      case ']': --depth; break;
      case '\n': return nullptr;
      default: break;
    }
  }
  return p;
}

const char* SkipScalar(const char* p) {
  while (static_cast<unsigned char>(*p) > ' ' && *p != ',' && *p != '}') ++p;
  return p;
}

bool IsKey(std::string_view content, bool escaped, std::string_view key) {
  if (!escaped) return content == key;
  const auto* begin = reinterpret_cast<const uint8_t*>(content.data());
  if (FindStringEnd(begin).code != ParseCode::kOk) return false;
  std::string decoded;
  DecodeString(content, &decoded);
  return decoded == key;
}

std::string_view Between(const char* begin, const char* end) {
  return {begin, static_cast<size_t>(end - begin)};
}

}  // namespace

std::string_view TopLevelValue(std::string_view line, std::string_view key) {
  const char* p = SkipSpace(line.data());
  if (*p != '{') return {};
  while (true) {
    p = SkipSpace(p + 1);  // after the brace or the comma
    if (*p != '"') return {};
    bool escaped = false;
    const char* const content = p + 1;
    const char* const quote = ClosingQuote(content, &escaped);
    if (quote == nullptr) return {};
    const bool found = IsKey(Between(content, quote), escaped, key);
    p = SkipSpace(quote + 1);
    if (*p != ':') return {};
    p = SkipSpace(p + 1);
    const char* const value = p;
    if (*p == '"') {
      p = ClosingQuote(p + 1, &escaped);
      if (p == nullptr) return {};
      ++p;
    } else if (*p == '{' || *p == '[') {
      if (found) return Between(p, p + 1);
      p = SkipContainer(p + 1);
      if (p == nullptr) return {};
    } else {
      p = SkipScalar(p);
    }
    if (found) return Between(value, p);
    p = SkipSpace(p);
    if (*p != ',') return {};
  }
}

}  // namespace varve
