#include "etl/parse/string_token.h"

namespace varve {
namespace {

int HexDigit(uint8_t c) {
  if (c >= '0' && c <= '9') return c - '0';
  c |= 0x20;
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// Four hex digits at p, or -1. Reads no further than the first byte that is none.
int32_t Hex4(const uint8_t* p) {
  int32_t value = 0;
  for (int i = 0; i < 4; ++i) {
    const int digit = HexDigit(p[i]);
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

bool IsHighSurrogate(int32_t unit) { return unit >= 0xD800 && unit <= 0xDBFF; }
bool IsLowSurrogate(int32_t unit) { return unit >= 0xDC00 && unit <= 0xDFFF; }

// Checks the escape at p (a backslash); gives its length, or 0 with *code set.
int CheckEscape(const uint8_t* p, ParseCode* code) {
  switch (p[1]) {
    case '"':
    case '\\':
    case '/':
    case 'b':
    case 'f':
    case 'n':
    case 'r':
    case 't': return 2;
    case 'u': break;
    default: *code = ParseCode::kBadEscape; return 0;
  }
  const int32_t unit = Hex4(p + 2);
  if (unit < 0) {
    *code = ParseCode::kBadEscape;
    return 0;
  }
  if (IsLowSurrogate(unit)) {
    *code = ParseCode::kLoneSurrogate;
    return 0;
  }
  if (!IsHighSurrogate(unit)) return 6;
  if (p[6] == '\\' && p[7] == 'u' && IsLowSurrogate(Hex4(p + 8))) return 12;
  *code = ParseCode::kLoneSurrogate;
  return 0;
}

void AppendUtf8(uint32_t c, std::string* out) {
  const auto put = [out](uint32_t byte) { out->push_back(static_cast<char>(byte)); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xC0 | c >> 6);
    put(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    put(0xE0 | c >> 12);
    put(0x80 | (c >> 6 & 0x3F));
    put(0x80 | (c & 0x3F));
  } else {
    put(0xF0 | c >> 18);
    put(0x80 | (c >> 12 & 0x3F));
    put(0x80 | (c >> 6 & 0x3F));
    put(0x80 | (c & 0x3F));
  }
}

char SimpleEscape(uint8_t c) {
  switch (c) {
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    default: return static_cast<char>(c);
  }
}

}  // namespace

StringEnd FindStringEnd(const uint8_t* p) {
  StringEnd result;
  while (true) {
    if (*p == '"') {
      result.end = p;
      return result;
    }
    if (*p == '\\') {
      result.escaped = true;
      const int length = CheckEscape(p, &result.code);
      if (length == 0) {
        result.end = p;
        return result;
      }
      p += length;
    } else if (*p < 0x20) {
      result.code = *p == '\n' ? ParseCode::kTruncated : ParseCode::kControlCharacter;
      result.end = p;
      return result;
    } else {
      ++p;
    }
  }
}

void DecodeString(std::string_view content, std::string* out) {
  const uint8_t* p = reinterpret_cast<const uint8_t*>(content.data());
  const uint8_t* end = p + content.size();
  while (p != end) {
    const uint8_t* run = p;
    while (p != end && *p != '\\') ++p;
    out->append(reinterpret_cast<const char*>(run), static_cast<size_t>(p - run));
    if (p == end) return;
    if (p[1] != 'u') {
      out->push_back(SimpleEscape(p[1]));
      p += 2;
      continue;
    }
    uint32_t c = static_cast<uint32_t>(Hex4(p + 2));
    p += 6;
    if (IsHighSurrogate(static_cast<int32_t>(c))) {
      c = 0x10000 + ((c - 0xD800) << 10) + (static_cast<uint32_t>(Hex4(p + 2)) - 0xDC00);
      p += 6;
    }
    AppendUtf8(c, out);
  }
}

}  // namespace varve
