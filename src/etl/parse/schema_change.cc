#include "etl/parse/schema_change.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "etl/parse/iso8601.h"
#include "etl/parse/number.h"
#include "etl/parse/skip_value.h"
#include "etl/parse/string_token.h"

namespace varve {
namespace {

bool Fail(RowState* state, ParseCode code, const uint8_t* at) {
  state->code = code;
  state->error_at = at;
  return false;
}

std::string_view TokenAt(const uint8_t* p) {
  const uint8_t* end = p;
  while (*end > 0x20 && *end != ',' && *end != ']' && *end != '}') ++end;
  return {reinterpret_cast<const char*>(p), static_cast<size_t>(end - p)};
}

// Decodes the string at `p` into state->decoded, padded for the scalar parsers.
std::string_view DecodeAt(RowState* state, const uint8_t* p, const uint8_t** after) {
  const StringEnd end = FindStringEnd(p + 1);
  if (end.code != ParseCode::kOk) {
    Fail(state, end.code, end.end);
    return {};
  }
  *after = end.end + 1;
  state->decoded.clear();
  DecodeString({reinterpret_cast<const char*>(p + 1), static_cast<size_t>(end.end - p - 1)},
               &state->decoded);
  const size_t length = state->decoded.size();
  state->decoded.append(32, '\0');
  return std::string_view(state->decoded).substr(0, length);
}

// A key as a step of a path: no other step or sequence of steps is spelled like it.
void AppendStep(std::string_view key, std::string* path) {
  for (const char c : key) {
    if (c == '.' || c == '[' || c == '\\') path->push_back('\\');
    path->push_back(c);
  }
}

// Where `node`, or the member `key` of it, stands in the row under way: `a.b[2].c`.
std::string PathText(const Node& node, const std::string_view* key) {
  std::vector<const Node*> steps;
  for (const Node* at = &node; at->parent != nullptr; at = at->parent) steps.push_back(at);
  std::string path;
  bool is_first = true;
  const auto append_key = [&path, &is_first](std::string_view name) {
    if (!is_first) path.push_back('.');
    AppendStep(name, &path);
    is_first = false;
  };
  for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
    const Node& parent = *(*step)->parent;
    if (parent.keys != nullptr) {
      append_key(parent.keys->seen.newest());
      continue;
    }
    if (parent.element.get() == *step) {
      path += "[" + std::to_string(parent.element_slots - parent.first_slot_of_list - 1) + "]";
      continue;
    }
    for (const auto& field : parent.fields) {
      if (&field->node == *step) append_key(field->key);
    }
  }
  if (key != nullptr) append_key(*key);
  return path;
}

void AppendJsonString(std::string_view text, std::string* out) {
  constexpr char kHex[] = "0123456789abcdef";
  out->push_back('"');
  for (const char c : text) {
    const unsigned char byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out->push_back('\\');
      out->push_back(c);
    } else if (byte < 0x20) {
      out->append("\\u00");
      out->push_back(kHex[byte >> 4]);
      out->push_back(kHex[byte & 15]);
    } else {
      out->push_back(c);
    }
  }
  out->push_back('"');
}

void PushFixed(LeafBuilder* leaf, std::string_view token, const uint8_t* value, uint32_t row) {
  if (!leaf->uses_dictionary()) {
    leaf->AppendFixed(value, row, false);
    return;
  }
  // The token is not one that the kernel would look up: keep it apart from those.
  std::string bytes = "\1";
  bytes.append(token);
  const uint32_t length = static_cast<uint32_t>(bytes.size());
  bytes.append(16, '\0');
  const TokenKey key = MakeTokenKey(reinterpret_cast<const uint8_t*>(bytes.data()), length);
  const uint32_t index = leaf->Find(key);
  if (index != TokenDictionary::kNotFound) {
    leaf->PushIndex(index);
  } else {
    leaf->PushNewFixed(key, value, row, false, false);
  }
}

void PushText(LeafBuilder* leaf, std::string_view text, uint32_t row) {
  if (!leaf->uses_dictionary()) {
    leaf->AppendBytes(text);
    return;
  }
  std::string bytes(text);
  bytes.append(16, '\0');
  const TokenKey key = MakeTokenKey(reinterpret_cast<const uint8_t*>(bytes.data()),
                                    static_cast<uint32_t>(text.size()));
  const uint32_t index = leaf->Find(key);
  if (index != TokenDictionary::kNotFound) {
    leaf->PushIndex(index);
  } else {
    leaf->PushNewBytes(key, text, false, row);
  }
}

// The fixed-width value that `text` stands for in a column of node's type; false when it does not.
bool FixedFromText(const Node& node, std::string_view text, uint8_t* value) {
  switch (node.action) {
    case Action::kInt64: {
      const Number number = ParseNumber(text);
      std::memcpy(value, &number.int64, 8);
      return number.code == ParseCode::kOk && (number.facts & kFactInt) != 0;
    }
    case Action::kDouble: {
      const Number number = ParseNumber(text);
      std::memcpy(value, &number.real, 8);
      return number.code == ParseCode::kOk && !number.rounded && (number.facts & kFactInexact) == 0;
    }
    case Action::kDecimal: {
      __int128 unscaled;
      if (!ParseDecimal(text, node.precision, node.scale, &unscaled)) return false;
      StoreDecimal(unscaled, node.leaf->value_bytes(), value);
      return true;
    }
    case Action::kBool: value[0] = text == "true" ? 1 : 0; return text == "true" || text == "false";
    case Action::kTimestampUtc:
    case Action::kTimestampLocal:
    case Action::kDate: {
      const Temporal temporal = ParseTemporal(text);
      std::memcpy(value, &temporal.value, 8);
      return temporal.fact == node.facts;
    }
    default: return false;
  }
}

const uint8_t* Refuse(RowState* state, const Node& node, const uint8_t* p) {
  if (state->rescue) return Rescue(state, node, nullptr, p);
  Fail(state, ParseCode::kSchemaMismatch, p);
  return nullptr;
}

}  // namespace

Facts ClassifyValue(RowState* state, const uint8_t* p, int depth) {
  switch (*p) {
    case '{': return kFactObject;
    case '[': return kFactArray;
    case '"': {
      const uint8_t* after;
      const std::string_view text = DecodeAt(state, p, &after);
      if (state->code != ParseCode::kOk || state->timestamps_as_strings) return kFactText;
      return ParseTemporal(text).fact;
    }
    default: break;
  }
  if (*p == '-' || (*p >= '0' && *p <= '9')) {
    const Number number = ParseNumber(TokenAt(p));
    if (number.code != ParseCode::kOk) Fail(state, number.code, p);
    return number.facts;
  }
  const SkipResult literal = SkipValue(p, depth, state->depth_max);
  if (literal.code != ParseCode::kOk) Fail(state, literal.code, literal.end);
  return *p == 'n' ? 0 : kFactBool;
}

bool Widen(RowState* state, Node* node, Facts facts, const uint8_t* at) {
  if (!state->may_change) return Fail(state, ParseCode::kDeviates, at);
  const bool lost = state->tree->Retype(node, node->facts | facts);
  state->lost_values |= lost;
  return true;
}

ObjectField* NewField(RowState* state, Node* object, std::string_view key, const uint8_t* at) {
  if (state->pinned) {
    Fail(state, ParseCode::kSchemaMismatch, at);
    return nullptr;
  }
  if (!state->may_change) {
    Fail(state, ParseCode::kDeviates, at);
    return nullptr;
  }
  if (object->parent != nullptr && object->fields.size() >= state->map_keys_max) {
    // The keys are data. The object becomes text, and the row begins again under that schema.
    state->lost_values |= state->tree->Retype(object, object->facts | kFactJson);
    Fail(state, ParseCode::kDeviates, at);
    return nullptr;
  }
  return state->tree->AddField(object, key);
}

void LearnEdge(Edges* edges, const uint8_t* from, const uint8_t* to, ObjectField* field) {
  const size_t length = static_cast<size_t>(to - from);
  if (length > Edge::kMaxLength) return;
  std::rotate(edges->begin(), edges->end() - 1, edges->end());
  Edge& edge = (*edges)[0];
  edge = Edge();
  edge.length = static_cast<uint32_t>(length);
  edge.head_length = std::min<uint32_t>(edge.length, 32);
  edge.to = field;
  std::memcpy(edge.head, from, edge.head_length);
  if (length > 32) {
    edge.tail = std::make_unique<uint8_t[]>(length - 32);
    std::memcpy(edge.tail.get(), from + 32, length - 32);
  }
}

const uint8_t* StorePinned(RowState* state, Node* node, const uint8_t* p, uint32_t slot,
                           int depth) {
  const bool is_string = *p == '"';
  if (*p == '{' || *p == '[' || node->leaf == nullptr) return Refuse(state, *node, p);
  const uint8_t* after;
  std::string_view text;
  if (is_string) {
    text = DecodeAt(state, p, &after);
    if (state->code != ParseCode::kOk) return nullptr;
  } else {
    const SkipResult skipped = SkipValue(p, depth, state->depth_max);
    if (skipped.code != ParseCode::kOk) {
      Fail(state, skipped.code, skipped.end);
      return nullptr;
    }
    after = skipped.end;
    text = {reinterpret_cast<const char*>(p), static_cast<size_t>(after - p)};
  }
  LeafBuilder* leaf = node->leaf.get();
  if (leaf->value_bytes() == 0) {
    // varve itself writes numbers that no numeric type holds as text, so a string column takes
    // them.
    const bool is_number = !is_string && *p != 't' && *p != 'f';
    if (!node->cast && !is_number) return Refuse(state, *node, p);
    PushText(leaf, text, state->row);
  } else {
    uint8_t value[16] = {};
    if (!node->cast || !is_string || !FixedFromText(*node, text, value))
      return Refuse(state, *node, p);
    PushFixed(leaf, text, value, state->row);
  }
  leaf->presence().Add(slot);
  return after;
}

const uint8_t* Rescue(RowState* state, const Node& node, const std::string_view* key,
                      const uint8_t* p) {
  if (!state->may_change) {
    Fail(state, ParseCode::kDeviates, p);
    return nullptr;
  }
  const SkipResult skipped = SkipValue(p, 0, state->depth_max);
  if (!state->rescued.empty()) state->rescued.push_back(',');
  AppendJsonString(PathText(node, key), &state->rescued);
  state->rescued.push_back(':');
  state->rescued.append(reinterpret_cast<const char*>(p), static_cast<size_t>(skipped.end - p));
  return skipped.end;
}

}  // namespace varve
