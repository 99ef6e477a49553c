// The row kernel: from the bytes of one line straight into the columns. Included once per SIMD
// level inside a namespace that defines PrefixEqual32, Matches32, Controls32, StringSpecials32,
// NumberEnds32 and Copy32.
//
// No tape, no DOM, no structural index (building one costs 15-25% of the whole, since a repeated
// value is recognised without scanning it). At every step the cursor compares what it expects: the
// next key with one load, the column's last value with another; only on a miss does it scan, hash
// and look up; only on a value never seen does it decode.
//
// There is no include guard on purpose.

const uint8_t* ParseObject(RowState& s, Node& n, const uint8_t* p, uint32_t slot, int depth);
const uint8_t* ParseList(RowState& s, Node& n, const uint8_t* p, uint32_t slot, int depth);
const uint8_t* ParseMap(RowState& s, Node& n, const uint8_t* p, uint32_t slot, int depth);
const uint8_t* ParseOther(RowState& s, Node& n, const uint8_t* p, uint32_t slot, int depth);
bool ProbeLate(RowState& s, Node& n, const uint8_t* bytes, uint32_t length, uint32_t slot);
bool SettleLateProbes(RowState& s);

[[gnu::cold, gnu::noinline]] const uint8_t* Fail(RowState& s, ParseCode code, const uint8_t* at) {
  s.code = *at == '\n' && code == ParseCode::kBadSyntax ? ParseCode::kTruncated : code;
  s.error_at = at;
  return nullptr;
}

inline bool IsSpace(uint8_t c) { return c == ' ' || c == '\t' || c == '\r'; }

inline const uint8_t* SkipSpace(const uint8_t* p) {
  while (IsSpace(*p)) ++p;
  return p;
}

inline bool EndsNumber(uint8_t c) { return c <= 0x20 || c == ',' || (c | 0x20) == '}'; }

// --- Strings -------------------------------------------------------------------------------------

// The content of a string token, from after the opening quote.
struct Content {
  const uint8_t* end = nullptr;  // the closing quote
  bool escaped = false;
};

// Which of the 32 bytes whose backslashes are `backslashes` are escaped by one before them. *carry:
// whether the first byte is, and then whether the next block's first byte is. simdjson's
// find_escaped (G. Langdale, D. Lemire, "Parsing Gigabytes of JSON per Second", section 3.1.1).
inline uint32_t EscapedBytes(uint32_t backslashes, uint32_t* carry) {
  constexpr uint32_t kEvenBits = 0x55555555;
  backslashes &= ~*carry;
  const uint32_t follows = backslashes << 1 | *carry;
  const uint32_t odd_starts = backslashes & ~kEvenBits & ~follows;
  uint32_t sequences;
  *carry = __builtin_add_overflow(odd_starts, backslashes, &sequences) ? 1 : 0;
  return (kEvenBits ^ sequences << 1) & follows;
}

// Goes on from the first backslash at `p` to the closing quote, or to a control character. The
// escapes themselves are not checked: that is done once, when the token is new.
[[gnu::noinline]] const uint8_t* SkipEscaped(const uint8_t* p) {
  uint32_t carry = 0;
  while (true) {
    const uint32_t escaped = EscapedBytes(Matches32(p, '\\'), &carry);
    const uint32_t stops = (Matches32(p, '"') & ~escaped) | Controls32(p);
    if (stops != 0) return p + __builtin_ctz(stops);
    p += 32;
  }
}

// False on error. `p` is after the opening quote.
inline bool ScanString(RowState& s, const uint8_t* p, Content* content) {
  const uint8_t* at = p;
  uint32_t specials;
  while ((specials = StringSpecials32(at)) == 0) at += 32;
  at += __builtin_ctz(specials);
  if (*at == '\\') [[unlikely]] {
    content->escaped = true;
    at = SkipEscaped(at);
  }
  content->end = at;
  if (*at == '"') [[likely]]
    return true;
  Fail(s, *at == '\n' ? ParseCode::kTruncated : ParseCode::kControlCharacter, at);
  return false;
}

// The decoded form of content that has escapes, in s.decoded; false when one of them is bad.
[[gnu::noinline]] bool DecodeContent(RowState& s, std::string_view content) {
  const StringEnd end = FindStringEnd(reinterpret_cast<const uint8_t*>(content.data()));
  if (end.code != ParseCode::kOk) {
    Fail(s, end.code, end.end);
    return false;
  }
  s.decoded.clear();
  DecodeString(content, &s.decoded);
  return true;
}

inline void RememberLast(LeafBuilder& leaf, const uint8_t* token, size_t length, uint32_t index,
                         bool speculate) {
  LeafBuilder::LastToken& last = leaf.last();
  if (length > 32 || !speculate) {
    last.length = 0;
    return;
  }
  Copy32(last.bytes, token);
  last.length = static_cast<uint32_t>(length);
  last.index = index;
}

// --- Dictionary probes ---------------------------------------------------------------------------
// The common case, a short token that is there, is all that is inlined, and its key stays in
// registers: everything else is a call that makes the key again.

[[gnu::noinline]] uint32_t FindLongToken(const LeafBuilder& leaf, const uint8_t* bytes,
                                         uint32_t length) {
  return leaf.Find(MakeTokenKey(bytes, length));
}

inline uint32_t FindToken(const LeafBuilder& leaf, const uint8_t* bytes, uint32_t length) {
  if (length > kInlineTokenBytes) return FindLongToken(leaf, bytes, length);
  return leaf.Find(MakeTokenKey(bytes, length));
}

// A string that the dictionary does not hold: content [p, end). False on error.
[[gnu::noinline]] bool StoreNewString(RowState& s, LeafBuilder& leaf, const uint8_t* p,
                                      const uint8_t* end, bool escaped) {
  const TokenKey key = MakeTokenKey(p, static_cast<uint32_t>(end - p));
  std::string_view value(reinterpret_cast<const char*>(key.bytes), key.length);
  if (escaped) {
    if (!SettleLateProbes(s) || !DecodeContent(s, value)) return false;
    value = s.decoded;
  }
  leaf.PushNewBytes(key, value, escaped, s.row);
  return true;
}

// Content that does not end within what CopyPlainString has looked at.
[[gnu::noinline]] const uint8_t* CopyLongString(RowState& s, LeafBuilder& leaf,
                                                const uint8_t* content) {
  Content found;
  if (!ScanString(s, content, &found)) return nullptr;
  std::string_view value(reinterpret_cast<const char*>(content),
                         static_cast<size_t>(found.end - content));
  if (found.escaped) {
    if (!DecodeContent(s, value)) return nullptr;
    value = s.decoded;
  }
  leaf.AppendBytes(value);
  return found.end + 1;
}

// A string that leaves as it came: one pass that finds its end and copies it.
inline const uint8_t* CopyPlainString(RowState& s, LeafBuilder& leaf, const uint8_t* content) {
  uint8_t* out = leaf.ReserveBytes(64);
  Copy32(out, content);
  uint32_t specials = StringSpecials32(content);
  uint32_t length = 0;
  if (specials == 0) {
    Copy32(out + 32, content + 32);
    specials = StringSpecials32(content + 32);
    length = 32;
  }
  if (specials != 0) [[likely]] {
    length += static_cast<uint32_t>(__builtin_ctz(specials));
    if (content[length] == '"') [[likely]] {
      leaf.CommitBytes(length);
      return content + length + 1;
    }
  }
  return CopyLongString(s, leaf, content);
}

// Not while the schema may change and columns come and go. A token with escapes can be bad, so it
// must not wait.
inline bool ProbesLate(const RowState& s, const LeafBuilder& leaf) {
  return leaf.probes_late() && !s.may_change;
}

inline const uint8_t* ParseString(RowState& s, Node& n, const uint8_t* p, uint32_t slot) {
  LeafBuilder& leaf = *n.leaf;
  const LeafBuilder::LastToken& last = leaf.last();
  if (last.length != 0 && PrefixEqual32(p, last.bytes, last.length)) {
    leaf.PushIndex(last.index);
    leaf.presence().Add(slot);
    return p + last.length;
  }
  if (!leaf.uses_dictionary()) {
    p = CopyPlainString(s, leaf, p + 1);
    if (p != nullptr) leaf.presence().Add(slot);
    return p;
  }
  Content content;
  if (!ScanString(s, p + 1, &content)) return nullptr;
  const uint32_t length = static_cast<uint32_t>(content.end - p - 1);
  const uint8_t* after = content.end + 1;
  if (ProbesLate(s, leaf) && !content.escaped) {
    return ProbeLate(s, n, p + 1, length, slot) ? after : nullptr;
  }
  const uint32_t index = FindToken(leaf, p + 1, length);
  if (index != TokenDictionary::kNotFound) [[likely]] {
    leaf.PushIndex(index);
    RememberLast(leaf, p, static_cast<size_t>(after - p), index, s.speculate);
  } else if (!StoreNewString(s, leaf, p + 1, content.end, content.escaped)) {
    return nullptr;
  }
  leaf.presence().Add(slot);
  return after;
}

[[gnu::noinline]] Temporal ParseEscapedTemporal(RowState& s, std::string_view content) {
  if (!SettleLateProbes(s) || !DecodeContent(s, content)) return {};
  const size_t length = s.decoded.size();
  s.decoded.append(16, '\0');
  return ParseTemporal(std::string_view(s.decoded).substr(0, length));
}

inline void StoreTemporal(RowState& s, LeafBuilder& leaf, std::string_view text, Temporal temporal,
                          bool escaped, uint32_t position = LeafBuilder::kNext) {
  uint8_t value[16] = {};
  std::memcpy(value, &temporal.value, 8);
  if (!leaf.uses_dictionary()) return leaf.AppendFixed(value, s.row, false);
  const TokenKey key = MakeTokenKey(reinterpret_cast<const uint8_t*>(text.data()),
                                    static_cast<uint32_t>(text.size()));
  leaf.PushNewFixed(key, value, s.row, false, leaf.IsUsualSpelling(text, escaped), position);
}

// A time that the dictionary does not hold, or of a column without one: content [p + 1, end).
[[gnu::noinline]] const uint8_t* ParseNewTemporal(RowState& s, Node& n, const uint8_t* p,
                                                  Content content, uint32_t slot, int depth) {
  LeafBuilder& leaf = *n.leaf;
  const std::string_view text(reinterpret_cast<const char*>(p + 1),
                              static_cast<size_t>(content.end - p - 1));
  const Temporal temporal = content.escaped ? ParseEscapedTemporal(s, text) : ParseTemporal(text);
  if (s.code != ParseCode::kOk) [[unlikely]]
    return nullptr;
  if (temporal.fact != n.facts) [[unlikely]]
    return ParseOther(s, n, p, slot, depth);
  leaf.presence().Add(slot);
  StoreTemporal(s, leaf, text, temporal, content.escaped);
  return content.end + 1;
}

inline const uint8_t* ParseTemporalString(RowState& s, Node& n, const uint8_t* p, uint32_t slot,
                                          int depth) {
  LeafBuilder& leaf = *n.leaf;
  const LeafBuilder::LastToken& last = leaf.last();
  if (last.length != 0 && PrefixEqual32(p, last.bytes, last.length)) {
    leaf.PushIndex(last.index);
    leaf.presence().Add(slot);
    return p + last.length;
  }
  Content content;
  if (!ScanString(s, p + 1, &content)) return nullptr;
  if (leaf.uses_dictionary()) {
    const uint32_t length = static_cast<uint32_t>(content.end - p - 1);
    if (ProbesLate(s, leaf) && !content.escaped) {
      return ProbeLate(s, n, p + 1, length, slot) ? content.end + 1 : nullptr;
    }
    const uint32_t index = FindLongToken(leaf, p + 1, length);
    if (index != TokenDictionary::kNotFound) [[likely]] {
      const uint8_t* after = content.end + 1;
      leaf.presence().Add(slot);
      leaf.PushIndex(index);
      RememberLast(leaf, p, static_cast<size_t>(after - p), index, s.speculate);
      return after;
    }
  }
  return ParseNewTemporal(s, n, p, content, slot, depth);
}

// --- Numbers -------------------------------------------------------------------------------------

inline uint32_t NumberLength(const uint8_t* p) {
  const uint8_t* at = p;
  uint32_t ends;
  while ((ends = NumberEnds32(at)) == 0) at += 32;
  return static_cast<uint32_t>(at - p) + static_cast<uint32_t>(__builtin_ctz(ends));
}

// Whether no other token that this holds of spells the same number: decimals without an exponent
// and without zeros at their end (but ".0"), of so few digits that different ones are different
// doubles; integers but -0. A column of doubles may hold integers too: 1 and 1.0.
inline bool HasOneSpelling(const Node& n, std::string_view token, const Number& number) {
  constexpr size_t kLengthMax = 16;  // 15 digits and the point
  if (n.action == Action::kInt64) return token != "-0";
  if (n.action != Action::kDouble || number.facts != kFactFraction) return false;
  if (token.size() < 3 || token.size() > kLengthMax) return false;
  if (token.back() == '0' && token[token.size() - 2] != '.') return false;
  for (const char c : token) {
    if ((c | 0x20) == 'e') return false;
  }
  return true;
}

// Stores a number token that the column has not seen; false when it does not fit the column's type.
inline bool StoreNumber(RowState& s, Node& n, std::string_view token, const Number& number,
                        uint32_t position = LeafBuilder::kNext) {
  const bool declared_decimal =
      n.action == Action::kDecimal && (n.pinned || n.facts == kFactDecimal);
  if (!declared_decimal && (number.facts & ~n.facts) != 0) return false;
  LeafBuilder& leaf = *n.leaf;
  const auto* bytes = reinterpret_cast<const uint8_t*>(token.data());
  const uint32_t length = static_cast<uint32_t>(token.size());
  uint8_t value[16] = {};
  switch (n.action) {
    case Action::kInt64: std::memcpy(value, &number.int64, 8); break;
    case Action::kDouble: std::memcpy(value, &number.real, 8); break;
    case Action::kDecimal: {
      __int128 unscaled;
      if (!ParseDecimal(token, n.precision, n.scale, &unscaled)) return false;
      StoreDecimal(unscaled, leaf.value_bytes(), value);
      break;
    }
    default:
      if (leaf.uses_dictionary()) {
        leaf.PushNewBytes(MakeTokenKey(bytes, length), token, false, s.row, position);
      } else {
        leaf.AppendBytes(token);
      }
      return true;
  }
  const bool rounded = number.rounded && n.action == Action::kDouble;
  if (leaf.uses_dictionary()) {
    leaf.PushNewFixed(MakeTokenKey(bytes, length), value, s.row, rounded,
                      HasOneSpelling(n, token, number), position);
  } else {
    leaf.AppendFixed(value, s.row, rounded);
  }
  return true;
}

// A number that the dictionary does not hold, or of a column without one.
[[gnu::noinline]] const uint8_t* ParseNewNumber(RowState& s, Node& n, const uint8_t* p,
                                                uint32_t length, uint32_t slot, int depth) {
  const std::string_view token(reinterpret_cast<const char*>(p), length);
  const Number number = ParseNumber(token);
  if (number.code != ParseCode::kOk) return Fail(s, number.code, p);
  if (!StoreNumber(s, n, token, number)) [[unlikely]]
    return ParseOther(s, n, p, slot, depth);
  n.leaf->presence().Add(slot);
  return p + length;
}

inline const uint8_t* ParseNumberValue(RowState& s, Node& n, const uint8_t* p, uint32_t slot,
                                       int depth) {
  LeafBuilder& leaf = *n.leaf;
  const LeafBuilder::LastToken& last = leaf.last();
  if (last.length != 0 && PrefixEqual32(p, last.bytes, last.length) && EndsNumber(p[last.length])) {
    leaf.PushIndex(last.index);
    leaf.presence().Add(slot);
    return p + last.length;
  }
  const uint32_t length = NumberLength(p);
  if (leaf.uses_dictionary()) {
    if (ProbesLate(s, leaf)) return ProbeLate(s, n, p, length, slot) ? p + length : nullptr;
    const uint32_t index = FindToken(leaf, p, length);
    if (index != TokenDictionary::kNotFound) [[likely]] {
      leaf.PushIndex(index);
      leaf.presence().Add(slot);
      RememberLast(leaf, p, length, index, s.speculate);
      return p + length;
    }
  }
  return ParseNewNumber(s, n, p, length, slot, depth);
}

// --- Values --------------------------------------------------------------------------------------

inline bool BeginsNumber(uint8_t c) { return c == '-' || static_cast<uint8_t>(c - '0') < 10; }

inline bool IsWord(const uint8_t* p, const char* word, size_t length) {
  return std::memcmp(p, word, length) == 0;
}

inline const uint8_t* ParseBool(RowState& s, Node& n, const uint8_t* p, uint32_t slot, int depth) {
  uint8_t value[16] = {};
  const uint8_t* after;
  if (IsWord(p, "true", 4)) {
    value[0] = 1;
    after = p + 4;
  } else if (IsWord(p, "false", 5)) {
    after = p + 5;
  } else {
    return ParseOther(s, n, p, slot, depth);
  }
  n.leaf->AppendFixed(value, s.row, false);
  n.leaf->presence().Add(slot);
  return after;
}

// JSON text: the value's exact bytes, whatever it is.
[[gnu::noinline]] const uint8_t* ParseJsonText(RowState& s, Node& n, const uint8_t* p,
                                               uint32_t slot, int depth) {
  p = SkipSpace(p);  // as in ParseOther
  if (IsWord(p, "null", 4)) return p + 4;
  const SkipResult skipped = SkipValue(p, depth, s.depth_max);
  if (skipped.code != ParseCode::kOk) return Fail(s, skipped.code, skipped.end);
  LeafBuilder& leaf = *n.leaf;
  const std::string_view text(reinterpret_cast<const char*>(p),
                              static_cast<size_t>(skipped.end - p));
  leaf.presence().Add(slot);
  if (!leaf.uses_dictionary()) {
    leaf.AppendBytes(text);
    return skipped.end;
  }
  const TokenKey key = MakeTokenKey(p, static_cast<uint32_t>(text.size()));
  const uint32_t index = leaf.Find(key);
  if (index != TokenDictionary::kNotFound) {
    leaf.PushIndex(index);
  } else {
    leaf.PushNewBytes(key, text, false, s.row);
  }
  return skipped.end;
}

inline bool IsNumeric(Action action) {
  return action >= Action::kInt64 && action <= Action::kNumberText;
}

inline const uint8_t* ParseValue(RowState& s, Node& n, const uint8_t* p, uint32_t slot, int depth) {
  // Most values leave by these two branches: the jump below is predicted by what came before it,
  // which is half chance, and was 2 to 3% of the time (docs/decisions/0033).
  if (n.action == Action::kString && *p == '"') return ParseString(s, n, p, slot);
  if (IsNumeric(n.action) && BeginsNumber(*p)) return ParseNumberValue(s, n, p, slot, depth);
  switch (n.action) {
    case Action::kString:
    case Action::kInt64:
    case Action::kDouble:
    case Action::kDecimal:
    case Action::kNumberText: break;
    case Action::kTimestampUtc:
    case Action::kTimestampLocal:
    case Action::kDate:
      if (*p == '"') [[likely]]
        return ParseTemporalString(s, n, p, slot, depth);
      break;
    case Action::kBool:
      if (*p != 'n') return ParseBool(s, n, p, slot, depth);
      break;
    case Action::kStruct:
      if (*p == '{') [[likely]] {
        n.presence.Add(slot);
        return ParseObject(s, n, p, slot, depth + 1);
      }
      break;
    case Action::kList:
      if (*p == '[') [[likely]]
        return ParseList(s, n, p, slot, depth + 1);
      break;
    case Action::kMap:
      if (*p == '{') [[likely]]
        return ParseMap(s, n, p, slot, depth + 1);
      break;
    case Action::kJson: return ParseJsonText(s, n, p, slot, depth);
    case Action::kUnknown: break;
  }
  if (IsWord(p, "null", 4)) [[likely]]
    return p + 4;
  return ParseOther(s, n, p, slot, depth);
}

// A value that the node does not expect: widens the schema and tries again.
[[gnu::cold, gnu::noinline]] const uint8_t* ParseOther(RowState& s, Node& n, const uint8_t* p,
                                                       uint32_t slot, int depth) {
  if (!SettleLateProbes(s)) return nullptr;
  // An edge learned from `"key":1` also matches the beginning of `"key": 1`.
  if (IsSpace(*p)) return ParseValue(s, n, SkipSpace(p), slot, depth);
  const Facts facts = ClassifyValue(&s, p, depth);
  if (s.code != ParseCode::kOk) return nullptr;
  if (n.pinned) {
    // More kinds of number may still be the given type (an exact integer in a double column).
    if ((facts & ~n.facts) != 0 && ActionOf(n.facts | facts) == n.action) {
      n.facts |= facts;
      return ParseValue(s, n, p, slot, depth);
    }
    return StorePinned(&s, &n, p, slot, depth);
  }
  if (!Widen(&s, &n, facts, p)) return nullptr;
  return ParseValue(s, n, p, slot, depth);
}

// Begins a list or map at `slot`, of length 0; gives its place in list_lengths.
inline size_t BeginList(RowState& s, Node& n, uint32_t slot) {
  if (n.list_row_serial != s.row_serial) {
    n.list_row_serial = s.row_serial;
    n.element_slots_at_row = n.element_slots;
  }
  n.presence.Add(slot);
  n.list_lengths.push_back(0);
  n.first_slot_of_list = n.element_slots;
  return n.list_lengths.size() - 1;
}

[[gnu::noinline]] const uint8_t* ParseList(RowState& s, Node& n, const uint8_t* p, uint32_t slot,
                                           int depth) {
  if (depth > s.depth_max) return Fail(s, ParseCode::kTooDeep, p);
  const size_t ordinal = BeginList(s, n, slot);
  p = SkipSpace(p + 1);
  if (*p == ']') return p + 1;
  Node& element = *n.element;
  uint32_t length = 0;
  while (true) {
    ++length;
    p = ParseValue(s, element, p, n.element_slots++, depth);
    if (p == nullptr) return nullptr;
    if (*p != ',' && *p != ']') p = SkipSpace(p);
    if (*p == ']') break;
    if (*p != ',') return Fail(s, ParseCode::kBadSyntax, p);
    ++p;
    if (*p <= 0x20) p = SkipSpace(p);
  }
  n.list_lengths[ordinal] = length;
  return p + 1;
}

// --- Objects -------------------------------------------------------------------------------------

inline bool Follows(const Edge& edge, const uint8_t* p) {
  if (!PrefixEqual32(p, edge.head, edge.head_length)) return false;
  return edge.length <= 32 || std::memcmp(p + 32, edge.tail.get(), edge.length - 32) == 0;
}

struct NextKey {
  ObjectField* field = nullptr;  // null: the object is closed, or the member was rescued
  bool closed = false;
};

// Reads the next key the general way. Gives the start of its value, or the byte after what it says
// in *next, or null on error.
[[gnu::noinline]] const uint8_t* ParseKey(RowState& s, Node& n, Edges& edges, const uint8_t* p,
                                          bool is_first, NextKey* next) {
  const uint8_t* const from = p;
  p = is_first ? SkipSpace(p + 1) : SkipSpace(p);
  if (*p == '}') {
    next->closed = true;
    return p + 1;
  }
  if (!is_first) {
    if (*p != ',') return Fail(s, ParseCode::kBadSyntax, p);
    p = SkipSpace(p + 1);
  }
  if (*p != '"') return Fail(s, ParseCode::kBadSyntax, p);
  const uint8_t* const quote = p;
  Content content;
  if (!ScanString(s, p + 1, &content)) return nullptr;
  std::string_view key(reinterpret_cast<const char*>(p + 1),
                       static_cast<size_t>(content.end - p - 1));
  std::string decoded;
  if (content.escaped) {
    if (!DecodeContent(s, key)) return nullptr;
    decoded = s.decoded;
    key = decoded;
  }
  p = SkipSpace(content.end + 1);
  if (*p != ':') return Fail(s, ParseCode::kBadSyntax, p);
  p = SkipSpace(p + 1);
  const auto found = n.field_of_key.find(key);
  if (found != n.field_of_key.end()) {
    next->field = found->second;
  } else if (s.rescue) {
    return Rescue(&s, n, &key, p);
  } else {
    next->field = NewField(&s, &n, key, quote);
    if (next->field == nullptr) return nullptr;
  }
  if (s.speculate) LearnEdge(&edges, from, p, next->field);
  return p;
}

[[gnu::noinline]] const uint8_t* ParseObject(RowState& s, Node& n, const uint8_t* p, uint32_t slot,
                                             int depth) {
  if (depth > s.depth_max) return Fail(s, ParseCode::kTooDeep, p);
  const uint64_t serial = ++s.object_serial;
  Edges* edges = &n.first;
  uint32_t position = 0;
  for (bool is_first = true;; is_first = false) {
    ObjectField* field;
    if (Follows((*edges)[0], p)) [[likely]] {
      field = (*edges)[0].to;
      p += (*edges)[0].length;
    } else if (*p == '}' && !is_first) {
      return p + 1;
    } else if (Follows((*edges)[1], p)) {
      field = (*edges)[1].to;
      p += (*edges)[1].length;
    } else if (Follows((*edges)[2], p)) {
      field = (*edges)[2].to;
      p += (*edges)[2].length;
    } else if (Follows((*edges)[3], p)) {
      field = (*edges)[3].to;
      p += (*edges)[3].length;
    } else {
      NextKey next;
      p = ParseKey(s, n, *edges, p, is_first, &next);
      if (p == nullptr || next.closed) return p;
      if (next.field == nullptr) continue;
      field = next.field;
    }
    if (field->seen_in == serial) [[unlikely]]
      return Fail(s, ParseCode::kDuplicateKey, p);
    field->seen_in = serial;
    if (position < field->min_position) [[unlikely]] {
      // Orders the columns, so it is part of the schema: a line that turns out bad must not do it.
      if (!s.may_change) return Fail(s, ParseCode::kDeviates, p);
      field->min_position = position;
    }
    ++position;
    p = ParseValue(s, field->node, p, slot, depth);
    if (p == nullptr) return nullptr;
    edges = &field->next;
  }
}

// The row that begins at `p`: gives the byte after it, or null on error.
inline const uint8_t* ParseRow(RowState& s, const uint8_t* p) {
  s.late.count = 0;
  p = ParseObject(s, s.tree->root(), p, s.row, 1);
  if (p != nullptr && !SettleLateProbes(s)) return nullptr;
  return p;
}

#include "etl/parse/row_kernel_late.inl.h"
#include "etl/parse/row_kernel_map.inl.h"
