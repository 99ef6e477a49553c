// The part of the row kernel that reads maps: objects whose keys are data. For the columns they are
// lists of keys and values, so there are no edges to follow and no fields to look up.
//
// There is no include guard on purpose: this is the end of row_kernel.inl.h.

// The key at `p`, of the entry at `slot`. Gives the start of its value.
inline const uint8_t* ParseMapKey(RowState& s, Node& n, const uint8_t* p, uint32_t slot) {
  if (*p != '"') return Fail(s, ParseCode::kBadSyntax, p);
  Content content;
  if (!ScanString(s, p + 1, &content)) return nullptr;
  std::string_view key(reinterpret_cast<const char*>(p + 1),
                       static_cast<size_t>(content.end - p - 1));
  if (content.escaped) [[unlikely]] {
    if (!DecodeContent(s, key)) return nullptr;
    key = n.keys->seen.Keep(s.decoded);
  }
  if (!StoreMapKey(n.keys.get(), key, slot, s.row)) return Fail(s, ParseCode::kDuplicateKey, p);
  p = SkipSpace(content.end + 1);
  if (*p != ':') return Fail(s, ParseCode::kBadSyntax, p);
  return SkipSpace(p + 1);
}

[[gnu::noinline]] const uint8_t* ParseMap(RowState& s, Node& n, const uint8_t* p, uint32_t slot,
                                          int depth) {
  if (depth > s.depth_max) return Fail(s, ParseCode::kTooDeep, p);
  const size_t ordinal = BeginList(s, n, slot);
  p = SkipSpace(p + 1);
  if (*p == '}') return p + 1;
  n.keys->seen.Begin();
  uint32_t length = 0;
  while (true) {
    ++length;
    const uint32_t entry = n.element_slots++;
    p = ParseMapKey(s, n, p, entry);
    if (p == nullptr) return nullptr;
    p = ParseValue(s, *n.element, p, entry, depth);
    if (p == nullptr) return nullptr;
    p = SkipSpace(p);
    if (*p == '}') break;
    if (*p != ',') return Fail(s, ParseCode::kBadSyntax, p);
    p = SkipSpace(p + 1);
  }
  n.list_lengths[ordinal] = length;
  return p + 1;
}
