#include "adapters/local/alert_json.h"

#include <string_view>
#include <utility>

#include "base/json_text.h"

namespace varve {
namespace {

std::string Escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out.append("&amp;"); break;
      case '<': out.append("&lt;"); break;
      case '>': out.append("&gt;"); break;
      default: out.push_back(c);
    }
  }
  return out;
}

}  // namespace

std::string AlertToJson(const Alert& alert) {
  const std::pair<std::string_view, const std::string&> members[] = {{"pipeline", alert.pipeline},
                                                                     {"topic", alert.topic},
                                                                     {"subject", alert.subject},
                                                                     {"body", alert.body}};
  std::string out;
  for (const auto& [name, value] : members) {
    out.push_back(out.empty() ? '{' : ',');
    AppendJsonString(name, &out);
    out.push_back(':');
    AppendJsonString(value, &out);
  }
  out.push_back('}');
  return out;
}

std::string AlertToSlackJson(const Alert& alert) {
  const std::string text = "*" + Escaped(alert.subject) + "*\npipeline " + Escaped(alert.pipeline) +
                           "\n" + Escaped(alert.body);
  std::string out = "{\"text\":";
  AppendJsonString(text, &out);
  out.push_back('}');
  return out;
}

}  // namespace varve
