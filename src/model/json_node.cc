#include "model/json_node.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>

namespace varve {
namespace {

// Counts what the parser has read: its events carry no position, but it never reads past the
// closing quote or bracket of the token that it reports.
class CountingIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  CountingIterator(const char* at, const char** furthest) : at_(at), furthest_(furthest) {}
  reference operator*() const { return *at_; }
  CountingIterator& operator++() {
    *furthest_ = ++at_;
    return *this;
  }
  bool operator==(const CountingIterator& other) const { return at_ == other.at_; }
  bool operator!=(const CountingIterator& other) const { return at_ != other.at_; }

 private:
  const char* at_;
  const char** furthest_;
};

class TreeBuilder : public nlohmann::json_sax<nlohmann::json> {
 public:
  TreeBuilder(std::string_view text, int depth_max) : text_(text), depth_max_(depth_max) {
    furthest_ = text.data();
  }

  const char** furthest() { return &furthest_; }
  std::optional<Error>& error() { return error_; }
  JsonNode& root() { return root_; }

  bool null() override { return Scalar(JsonNode::Kind::kNull); }
  bool boolean(bool) override { return Scalar(JsonNode::Kind::kBool); }
  bool number_integer(number_integer_t value) override { return Integer(value); }
  bool number_unsigned(number_unsigned_t value) override {
    constexpr auto kMax = static_cast<number_unsigned_t>(std::numeric_limits<int64_t>::max());
    return value <= kMax ? Integer(static_cast<int64_t>(value)) : Scalar(JsonNode::Kind::kNumber);
  }
  bool number_float(number_float_t, const string_t&) override {
    return Scalar(JsonNode::Kind::kNumber);
  }
  bool string(string_t& value) override {
    JsonNode* node = Add(JsonNode::Kind::kString, OpeningQuote());
    node->text = std::move(value);
    return true;
  }
  bool binary(binary_t&) override { return false; }
  bool start_object(size_t) override { return Open(JsonNode::Kind::kObject); }
  bool start_array(size_t) override { return Open(JsonNode::Kind::kArray); }
  bool end_object() override { return Close(); }
  bool end_array() override { return Close(); }
  bool key(string_t& name) override {
    const TextPosition position = PositionOf(OpeningQuote());
    JsonNode* object = open_.back();
    if (object->Find(name) != nullptr) {
      return Fail(position, "key \"" + name + "\" stands twice in this object; keep one of them");
    }
    object->members.push_back({std::move(name), position, {}});
    return true;
  }
  bool parse_error(size_t, const std::string&, const nlohmann::detail::exception& e) override {
    // "...: syntax error while parsing X - unexpected Y; expected Z": the part for people.
    std::string_view what = e.what();
    if (const size_t cut = what.find("syntax error"); cut != what.npos) what.remove_prefix(cut);
    const char* at = std::max(text_.data(), furthest_ - 1);
    return Fail(PositionOf(at), "not valid JSON: " + std::string(what));
  }

 private:
  bool Fail(TextPosition position, std::string_view message) {
    if (!error_) error_ = ErrorAt(position, message);
    return false;
  }

  TextPosition PositionOf(const char* at) const {
    const auto newlines = std::count(text_.data(), at, '\n');
    const char* line = at;
    while (line > text_.data() && line[-1] != '\n') --line;
    return {static_cast<uint32_t>(newlines + 1), static_cast<uint32_t>(at - line + 1)};
  }

  // From the closing quote just read back to the first quote that no backslash escapes.
  const char* OpeningQuote() const {
    const char* at = furthest_ - 2;
    for (; at > text_.data(); --at) {
      if (*at != '"') continue;
      const char* slash = at;
      while (slash > text_.data() && slash[-1] == '\\') --slash;
      if ((at - slash) % 2 == 0) break;
    }
    return at;
  }

  // Start of the number or literal just read; of a number the parser has seen one byte too many.
  const char* BareToken() const {
    const auto belongs = [](char c) {
      return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == 'E' || c == '+' || c == '-' ||
             c == '.';
    };
    const char* at = furthest_ - 1;
    if (at > text_.data() && !belongs(*at)) --at;
    while (at > text_.data() && belongs(at[-1])) --at;
    return at;
  }

  JsonNode* Add(JsonNode::Kind kind, const char* at) {
    JsonNode* slot = &root_;
    if (!open_.empty()) {
      JsonNode* parent = open_.back();
      slot = parent->kind == JsonNode::Kind::kArray ? &parent->elements.emplace_back()
                                                    : &parent->members.back().value;
    }
    slot->kind = kind;
    slot->position = PositionOf(at);
    return slot;
  }
  bool Scalar(JsonNode::Kind kind) {
    Add(kind, BareToken());
    return true;
  }
  bool Integer(int64_t value) {
    Add(JsonNode::Kind::kInteger, BareToken())->integer = value;
    return true;
  }
  bool Open(JsonNode::Kind kind) {
    if (static_cast<int>(open_.size()) >= depth_max_) {
      return Fail(PositionOf(furthest_ - 1),
                  "nested deeper than " + std::to_string(depth_max_) + " levels");
    }
    open_.push_back(Add(kind, furthest_ - 1));
    return true;
  }
  bool Close() {
    open_.pop_back();
    return true;
  }

  std::string_view text_;
  int depth_max_;
  const char* furthest_;
  JsonNode root_;
  // Ancestors of the next value. Stable: a parent's vector grows only while none of its children
  // is open.
  std::vector<JsonNode*> open_;
  std::optional<Error> error_;
};

}  // namespace

const JsonMember* JsonNode::Find(std::string_view key) const {
  const auto found = std::find_if(members.begin(), members.end(),
                                  [key](const JsonMember& member) { return member.key == key; });
  return found == members.end() ? nullptr : &*found;
}

std::string_view JsonKindName(JsonNode::Kind kind) {
  switch (kind) {
    case JsonNode::Kind::kNull: return "null";
    case JsonNode::Kind::kBool: return "a boolean";
    case JsonNode::Kind::kInteger: return "an integer";
    case JsonNode::Kind::kNumber: return "a number";
    case JsonNode::Kind::kString: return "a string";
    case JsonNode::Kind::kArray: return "an array";
    case JsonNode::Kind::kObject: return "an object";
  }
  return "a value";
}

Error ErrorAt(TextPosition position, std::string_view message) {
  return {Code::kInvalidArgument, std::to_string(position.line) + ":" +
                                      std::to_string(position.column) + ": " +
                                      std::string(message)};
}

Result<JsonNode> ParseJsonNode(std::string_view text, int depth_max) {
  TreeBuilder builder(text, depth_max);
  const CountingIterator begin(text.data(), builder.furthest());
  const CountingIterator end(text.data() + text.size(), builder.furthest());
  const bool parsed = nlohmann::json::sax_parse(begin, end, &builder);
  if (builder.error()) return *std::move(builder.error());
  if (!parsed) return ErrorAt({}, "not valid JSON");
  return std::move(builder.root());
}

}  // namespace varve
