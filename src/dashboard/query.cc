#include "dashboard/query.h"

#include <algorithm>
#include <utility>

#include "base/percent_escape.h"

namespace varve::dashboard {
namespace {

std::string Decode(std::string_view text, char plus) {
  std::string decoded;
  decoded.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    const int byte = EscapedByte(text.substr(i));
    if (byte >= 0) i += 2;
    decoded += byte >= 0 ? static_cast<char>(byte) : text[i] == '+' ? plus : text[i];
  }
  return decoded;
}

}  // namespace

std::string DecodePath(std::string_view text) { return Decode(text, '+'); }
std::string DecodeQuery(std::string_view text) { return Decode(text, ' '); }

Parameters ParametersOfQuery(std::string_view query) {
  Parameters parameters;
  while (!query.empty()) {
    const std::string_view one = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(one.size() + 1, query.size()));
    const size_t equals = std::min(one.find('='), one.size());
    std::string name = DecodeQuery(one.substr(0, equals));
    if (name.empty()) continue;
    parameters[std::move(name)] = DecodeQuery(one.substr(std::min(equals + 1, one.size())));
  }
  return parameters;
}

}  // namespace varve::dashboard
