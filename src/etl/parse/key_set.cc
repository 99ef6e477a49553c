#include "etl/parse/key_set.h"

#include <algorithm>

namespace varve {

void KeySet::Begin() {
  entries_.clear();
  kept_.clear();
  tree_.clear();
  if (++serial_ == 0 || slots_.size() > kSlotsKept) {
    serial_ = 1;
    slots_ = {};
    entries_ = {};
  }
}

std::string_view KeySet::Keep(std::string_view decoded) {
  std::string& padded = kept_.emplace_back(decoded);
  padded.append(16, '\0');
  return std::string_view(padded).substr(0, decoded.size());
}

bool KeySet::Add(const TokenKey& key) {
  newest_ = {reinterpret_cast<const char*>(key.bytes), key.length};
  if (!tree_.empty()) return AddToTree(newest_);
  if ((entries_.size() + 1) * 2 > slots_.size()) Grow();
  size_t at = key.hash & mask_;
  for (int probes = 0; slots_[at].serial == serial_; at = (at + 1) & mask_) {
    const Entry& entry = entries_[slots_[at].entry];
    if (entry.hash == key.hash && entry.text == newest_) return false;
    if (++probes == kProbesMax) return AddToTree(newest_);
  }
  slots_[at] = {serial_, static_cast<uint32_t>(entries_.size())};
  entries_.push_back({key.hash, newest_});
  return true;
}

bool KeySet::AddToTree(std::string_view text) {
  if (tree_.empty()) {
    for (const Entry& entry : entries_) tree_.insert(entry.text);
  }
  return tree_.insert(text).second;
}

void KeySet::Grow() {
  slots_.assign(std::max(kSlotsInitial, slots_.size() * 2), Slot{});
  mask_ = slots_.size() - 1;
  for (uint32_t i = 0; i < entries_.size(); ++i) Place(entries_[i].hash, i);
}

void KeySet::Place(uint64_t hash, uint32_t entry) {
  size_t at = hash & mask_;
  while (slots_[at].serial == serial_) at = (at + 1) & mask_;
  slots_[at] = {serial_, entry};
}

}  // namespace varve
