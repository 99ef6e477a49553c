#include "adapters/aws/dynamodb/item.h"

#include <charconv>

namespace varve::aws {

using nlohmann::json;

json TextValue(std::string_view text) { return {{"S", text}}; }

json FlagValue(bool flag) { return {{"BOOL", flag}}; }

std::string_view CutText(std::string_view text, size_t bytes) {
  if (text.size() <= bytes) return text;
  while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xC0) == 0x80) --bytes;
  return text.substr(0, bytes);
}

const json* ItemReader::Find(const char* name, const char* type) {
  const auto found = item_.find(name);
  if (found == item_.end()) return nullptr;
  const auto value = found->find(type);
  if (value != found->end()) return &*value;
  Refuse(name);
  return nullptr;
}

std::string ItemReader::Text(const char* name) {
  const json* value = Find(name, "S");
  if (value == nullptr) return {};
  if (value->is_string()) return value->get<std::string>();
  Refuse(name);
  return {};
}

template <typename Number>
Number ItemReader::Parse(const char* name) {
  const json* value = Find(name, "N");
  if (value == nullptr) return 0;
  const std::string text = value->is_string() ? value->get<std::string>() : "";
  Number number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) Refuse(name);
  return number;
}

int64_t ItemReader::Int(const char* name) { return Parse<int64_t>(name); }

uint64_t ItemReader::Unsigned(const char* name) { return Parse<uint64_t>(name); }

bool ItemReader::Flag(const char* name) {
  const json* value = Find(name, "BOOL");
  return value != nullptr && value->is_boolean() && value->get<bool>();
}

json ItemReader::List(const char* name) {
  const json* value = Find(name, "L");
  if (value == nullptr) return json::array();
  if (value->is_array()) return *value;
  Refuse(name);
  return json::array();
}

void ItemReader::Refuse(const char* name) {
  if (wrong_.empty()) wrong_ = name;
}

Status ItemReader::status() const {
  if (wrong_.empty()) return Ok{};
  return Error{Code::kCorrupt, "attribute " + wrong_ + " of the stored item cannot be read"};
}

}  // namespace varve::aws
