// The part of the row kernel that looks tokens up late (late_probes.h). What it finds then is what
// it would have found at once: the values of a column are added in the order of the text.
//
// There is no include guard on purpose: this is included by row_kernel.inl.h.

// Adds a value whose token is looked up with the row's others. False on error.
[[gnu::noinline]] bool ProbeLate(RowState& s, Node& n, const uint8_t* bytes, uint32_t length,
                                 uint32_t slot) {
  if (s.late.count == LateProbes::kMax && !SettleLateProbes(s)) return false;
  LateProbe& probe = s.late.probes[s.late.count++];
  probe.key = MakeTokenKey(bytes, length);
  probe.node = &n;
  probe.position = n.leaf->ReserveIndex();
  probe.slot = 0;
  n.leaf->Prefetch(probe.key);
  n.leaf->presence().Add(slot);
  return true;
}

// A token that the dictionary does not hold. False on error; what does not fit the column begins
// the row anew, without late probes.
[[gnu::noinline]] bool StoreLate(RowState& s, const LateProbe& probe) {
  Node& n = *probe.node;
  const TokenKey& key = probe.key;
  const std::string_view token(reinterpret_cast<const char*>(key.bytes), key.length);
  switch (n.action) {
    case Action::kString:
      n.leaf->PushNewBytes(key, token, false, s.row, probe.position);
      return true;
    case Action::kTimestampUtc:
    case Action::kTimestampLocal:
    case Action::kDate: {
      const Temporal temporal = ParseTemporal(token);
      if (temporal.fact != n.facts) break;
      StoreTemporal(s, *n.leaf, token, temporal, false, probe.position);
      return true;
    }
    default: {
      const Number number = ParseNumber(token);
      if (number.code != ParseCode::kOk) {
        Fail(s, number.code, key.bytes);
        return false;
      }
      if (!StoreNumber(s, n, token, number, probe.position)) break;
      return true;
    }
  }
  Fail(s, ParseCode::kDeviates, key.bytes);
  return false;
}

inline void TakeLate(RowState& s, const LateProbe& probe, uint32_t index) {
  probe.node->leaf->SetIndex(probe.position, index);
  const uint32_t quotes = probe.key.bytes[-1] == '"' ? 1 : 0;  // no number follows a quote
  RememberLast(*probe.node->leaf, probe.key.bytes - quotes, probe.key.length + 2 * quotes, index,
               s.speculate);
}

[[gnu::noinline]] bool SettleLateProbes(RowState& s) {
  const size_t count = s.late.count;
  s.late.count = 0;
  LateProbe* const probes = s.late.probes.data();
  // Probes of long tokens, whose bytes come only now, and of new ones.
  std::array<uint8_t, LateProbes::kMax> waiting;
  size_t waiting_count = 0;
  for (size_t i = 0; i < count; ++i) {
    LateProbe& probe = probes[i];
    LeafBuilder& leaf = *probe.node->leaf;
    if (probe.key.length > kInlineTokenBytes) {
      probe.slot = leaf.PrefetchBytes(probe.key);
    } else if (const uint32_t index = leaf.Find(probe.key); index != TokenDictionary::kNotFound)
        [[likely]] {
      TakeLate(s, probe, index);
      continue;
    }
    waiting[waiting_count++] = static_cast<uint8_t>(i);
  }
  bool has_new = false;
  for (size_t i = 0; i < waiting_count; ++i) {
    const LateProbe& probe = probes[waiting[i]];
    LeafBuilder& leaf = *probe.node->leaf;
    uint32_t index = leaf.IndexAt(probe.slot, probe.key);
    if (index == TokenDictionary::kNotFound) index = leaf.Find(probe.key);
    if (index != TokenDictionary::kNotFound) [[likely]] {
      TakeLate(s, probe, index);
    } else {
      if (!StoreLate(s, probe)) return false;
      has_new = true;
    }
  }
  for (size_t i = 0; has_new && i < waiting_count; ++i) {
    probes[waiting[i]].node->leaf->ReviewIfDue(s.row);
  }
  return true;
}
