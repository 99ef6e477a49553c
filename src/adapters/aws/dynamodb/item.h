// Items as DynamoDB's JSON has them: an object of attributes, each {"S": text}, {"N": "123"}, ….
#pragma once

#include <concepts>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "base/result.h"

namespace varve::aws {

nlohmann::json TextValue(std::string_view text);
nlohmann::json FlagValue(bool flag);
nlohmann::json NumberValue(std::integral auto number) { return {{"N", std::to_string(number)}}; }

// At most `bytes` of `text`, cut between two characters of UTF-8.
std::string_view CutText(std::string_view text, size_t bytes);

// Reads attributes by name. One that is absent is empty, 0 or false, so that attributes can be
// added later; one of another type is remembered and makes status() kCorrupt.
class ItemReader {
 public:
  explicit ItemReader(const nlohmann::json& item) : item_(item) {}  // must outlive it

  std::string Text(const char* name);
  int64_t Int(const char* name);
  uint64_t Unsigned(const char* name);
  bool Flag(const char* name);
  nlohmann::json List(const char* name);
  void Refuse(const char* name);

  Status status() const;

 private:
  // Of that type; null: it is absent.
  const nlohmann::json* Find(const char* name, const char* type);
  template <typename Number>
  Number Parse(const char* name);

  const nlohmann::json& item_;
  std::string wrong_;
};

}  // namespace varve::aws
