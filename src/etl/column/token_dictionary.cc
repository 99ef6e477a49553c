#include "etl/column/token_dictionary.h"

#include <algorithm>

namespace varve {
namespace {
constexpr size_t kInitialSlots = 64;
constexpr size_t kSlotsKeptWhenCleared = 4096;
}  // namespace

void KeyTable::Add(const TokenKey& key, uint32_t index) {
  if ((used_ + 1) * 5 > slots_.size() * 3) {
    Rebuild(std::max(kInitialSlots, slots_.size() * 2), kNotFound);
  }
  Slot slot{key.low, key.high, key.hash, key.length + 1, index};
  if (key.length > 16) {
    slot.high = arena_.size();
    arena_.Append(key.bytes, key.length);
  }
  Place(slot);
}

void KeyTable::Place(const Slot& slot) {
  size_t at = slot.hash & mask_;
  while (slots_[at].length_plus_1 != 0) at = (at + 1) & mask_;
  slots_[at] = slot;
  ++used_;
}

void KeyTable::Rebuild(size_t slot_count, uint32_t index_limit) {
  std::vector<Slot> old(slot_count);
  old.swap(slots_);
  mask_ = slot_count - 1;
  used_ = 0;
  for (const Slot& slot : old) {
    if (slot.length_plus_1 != 0 && slot.index < index_limit) Place(slot);
  }
}

void KeyTable::RemoveFrom(uint32_t limit) {
  if (used_ != 0) Rebuild(slots_.size(), limit);
}

void KeyTable::Clear() {
  if (used_ != 0) slots_.assign(slots_.size() > kSlotsKeptWhenCleared ? 0 : slots_.size(), Slot{});
  used_ = 0;
  arena_.Clear();
}

void TokenDictionary::RollbackRow(uint32_t row) {
  const size_t before = rows_.size();
  while (!rows_.empty() && rows_.back() == row) {
    rows_.pop_back();
    value_ends_.pop_back();
  }
  if (rows_.size() == before) return;
  values_.Resize(value_ends_.empty() ? 0 : value_ends_.back());
  tokens_.RemoveFrom(size());
  by_value_.RemoveFrom(size());
}

void TokenDictionary::Clear() {
  tokens_.Clear();
  by_value_.Clear();
  values_.Clear();
  value_ends_.clear();
  rows_.clear();
}

}  // namespace varve
