// KeySet: the keys of one object whose keys are data, to see one that stands there twice.
//
// Objects of all sizes follow each other at one place of the schema, so beginning anew costs
// nothing: slots carry the serial number of the object that filled them. Keys chosen to collide
// fall back to a tree, so that no input takes quadratic time. Thread-safety: none.
#pragma once

#include <cstdint>
#include <deque>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "etl/column/token_dictionary.h"

namespace varve {

class KeySet {
 public:
  // Forgets the object before.
  void Begin();

  // A decoded key; its bytes stay where they are until the next Begin. False when it was there.
  bool Add(const TokenKey& key);

  // A padded copy of a key that is in the input only with escapes, until the next Begin.
  std::string_view Keep(std::string_view decoded);

  // The key added last.
  std::string_view newest() const { return newest_; }

 private:
  static constexpr size_t kSlotsInitial = 32;
  static constexpr size_t kSlotsKept = 1 << 16;
  static constexpr int kProbesMax = 64;

  struct Entry {
    uint64_t hash;
    std::string_view text;
  };
  struct Slot {
    uint32_t serial = 0;  // of the object; any other than serial_: free
    uint32_t entry = 0;
  };

  bool AddToTree(std::string_view text);
  void Grow();
  void Place(uint64_t hash, uint32_t entry);

  uint32_t serial_ = 1;
  size_t mask_ = 0;
  std::vector<Slot> slots_;
  std::vector<Entry> entries_;
  std::string_view newest_;
  std::deque<std::string> kept_;
  std::set<std::string_view> tree_;  // every key, once a slot was hard to find
};

}  // namespace varve
