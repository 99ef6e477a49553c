#include "model/object_ref.h"

#include <cstdio>

namespace varve {
namespace {

// Keys are untrusted: a control character would forge log lines or drive a terminal.
void AppendPrintable(std::string& out, const std::string& text) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte != 0x7f) {
      out.push_back(c);
      continue;
    }
    char escaped[5];
    std::snprintf(escaped, sizeof escaped, "\\x%02x", byte);
    out.append(escaped);
  }
}

}  // namespace

std::string ToString(const ObjectRef& ref) {
  std::string text;
  AppendPrintable(text, ref.bucket);
  text.push_back('/');
  AppendPrintable(text, ref.key);
  text.push_back('@');
  AppendPrintable(text, ref.version);
  return text;
}

}  // namespace varve
