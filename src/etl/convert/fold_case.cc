#include "etl/convert/fold_case.h"

#include <cstdint>

namespace varve {
namespace {

// Capitals [first, last], every `step`-th of which lies `delta` below its small letter.
struct CapitalRange {
  uint32_t first;
  uint32_t last;
  uint32_t step;
  int32_t delta;
};

// From Unicode's UnicodeData.txt: the simple lower case mappings of code points of 2 and 3 bytes.
constexpr CapitalRange kCapitals[] = {
    {0xC0, 0xD6, 1, 32},
    {0xD8, 0xDE, 1, 32},
    {0x100, 0x12E, 2, 1},
    {0x132, 0x136, 2, 1},
    {0x139, 0x147, 2, 1},
    {0x14A, 0x176, 2, 1},
    {0x178, 0x178, 1, -121},
    {0x179, 0x17D, 2, 1},
    {0x1CD, 0x1DB, 2, 1},
    {0x1DE, 0x1EE, 2, 1},
    {0x1F8, 0x21E, 2, 1},
    {0x222, 0x232, 2, 1},
    {0x386, 0x386, 1, 38},
    {0x388, 0x38A, 1, 37},
    {0x38C, 0x38C, 1, 64},
    {0x38E, 0x38F, 1, 63},
    {0x391, 0x3A1, 1, 32},
    {0x3A3, 0x3AB, 1, 32},
    {0x400, 0x40F, 1, 80},
    {0x410, 0x42F, 1, 32},
    {0x460, 0x480, 2, 1},
    {0x48A, 0x4BE, 2, 1},
    {0x4C1, 0x4CD, 2, 1},
    {0x4D0, 0x52E, 2, 1},
    {0x531, 0x556, 1, 48},
    {0x1E00, 0x1E94, 2, 1},
    {0x1EA0, 0x1EFE, 2, 1},
    {0x212A, 0x212A, 1, 'k' - 0x212A},
    {0x212B, 0x212B, 1, 0xE5 - 0x212B},
    {0x1E9E, 0x1E9E, 1, 0xDF - 0x1E9E},
    {0xFF21, 0xFF3A, 1, 32},
};

uint32_t LowerCase(uint32_t c) {
  for (const CapitalRange& range : kCapitals) {
    if (c >= range.first && c <= range.last && (c - range.first) % range.step == 0) {
      return static_cast<uint32_t>(static_cast<int32_t>(c) + range.delta);
    }
  }
  return c;
}

void AppendUpTo3Bytes(uint32_t c, std::string* out) {
  if (c < 0x80) {
    out->push_back(static_cast<char>(c));
    return;
  }
  if (c < 0x800) {
    out->push_back(static_cast<char>(0xC0 | c >> 6));
  } else {
    out->push_back(static_cast<char>(0xE0 | c >> 12));
    out->push_back(static_cast<char>(0x80 | (c >> 6 & 0x3F)));
  }
  out->push_back(static_cast<char>(0x80 | (c & 0x3F)));
}

}  // namespace

std::string FoldCase(std::string_view name) {
  std::string folded;
  for (size_t i = 0; i < name.size();) {
    const auto byte = [&name, i](size_t k) { return static_cast<unsigned char>(name[i + k]); };
    if (byte(0) < 0x80) {
      const bool capital = byte(0) >= 'A' && byte(0) <= 'Z';
      folded.push_back(static_cast<char>(byte(0) + (capital ? 'a' - 'A' : 0)));
      i += 1;
    } else if (byte(0) >= 0xC0 && byte(0) < 0xE0 && i + 1 < name.size()) {
      AppendUpTo3Bytes(LowerCase((byte(0) & 0x1Fu) << 6 | (byte(1) & 0x3Fu)), &folded);
      i += 2;
    } else if (byte(0) >= 0xE0 && byte(0) < 0xF0 && i + 2 < name.size()) {
      AppendUpTo3Bytes(
          LowerCase((byte(0) & 0x0Fu) << 12 | (byte(1) & 0x3Fu) << 6 | (byte(2) & 0x3Fu)), &folded);
      i += 3;
    } else {
      folded.push_back(name[i++]);
    }
  }
  return folded;
}

}  // namespace varve
