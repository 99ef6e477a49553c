// JsonNode: a small JSON document that remembers where every value and key stands.
//
// For files that people write by hand (schemas): an error must point at the line and column. Not
// for data; the whole text is held as a tree. Plain values, no shared state.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace varve {

struct TextPosition {
  uint32_t line = 1;    // from 1
  uint32_t column = 1;  // from 1, in bytes
};

struct JsonMember;

struct JsonNode {
  enum class Kind { kNull, kBool, kInteger, kNumber, kString, kArray, kObject };

  Kind kind = Kind::kNull;
  TextPosition position;            // of the value's first byte
  std::string text;                 // kString: unescaped
  int64_t integer = 0;              // kInteger
  std::vector<JsonNode> elements;   // kArray
  std::vector<JsonMember> members;  // kObject, in the order of the text, keys unique

  // The member called `key`, or null.
  const JsonMember* Find(std::string_view key) const;
};

struct JsonMember {
  std::string key;
  TextPosition position;  // of the key's opening quote
  JsonNode value;
};

// "a string", "an object", ...: for messages.
std::string_view JsonKindName(JsonNode::Kind kind);

// kInvalidArgument, "LINE:COLUMN: what is wrong".
Error ErrorAt(TextPosition position, std::string_view message);

// Parses one JSON document. Duplicate keys, nesting deeper than `depth_max` and anything after the
// document are errors as ErrorAt makes them.
Result<JsonNode> ParseJsonNode(std::string_view text, int depth_max);

}  // namespace varve
