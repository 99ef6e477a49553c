#include "etl/schema/observed_json.h"

#include <nlohmann/json.hpp>

namespace varve {
namespace {

using nlohmann::json;

json Encode(const ObservedNode& node) {
  json out = {{"facts", node.facts}, {"position", node.min_position}};
  if (node.precision != 0) out["precision"] = node.precision;
  if (node.scale != 0) out["scale"] = node.scale;
  for (const auto& [key, field] : node.fields) out["fields"][key] = Encode(field);
  if (node.element != nullptr) out["element"] = Encode(*node.element);
  return out;
}

ObservedNode Decode(const json& in) {
  ObservedNode node;
  node.facts = in.at("facts").get<Facts>();
  node.min_position = in.at("position").get<uint32_t>();
  node.precision = in.value("precision", 0);
  node.scale = in.value("scale", 0);
  if (const auto fields = in.find("fields"); fields != in.end()) {
    for (const auto& [key, field] : fields->items()) node.fields.emplace(key, Decode(field));
  }
  if (const auto element = in.find("element"); element != in.end()) {
    node.element = std::make_unique<ObservedNode>(Decode(*element));
  }
  return node;
}

}  // namespace

std::string ObservedToJson(const ObservedNode& observed) {
  return Encode(observed).dump(-1, ' ', false, json::error_handler_t::replace);
}

Result<ObservedNode> ObservedFromJson(std::string_view text) {
  try {
    return Decode(json::parse(text));
  } catch (const json::exception& e) {
    return Error{Code::kCorrupt, std::string("not an observed schema: ") + e.what()};
  }
}

}  // namespace varve
