// TokenDictionary: from the raw bytes of a JSON token to the index of its value.
//
// The key is the token as it stands in the input, so a hit needs no decoding and no grammar check:
// the same bytes were checked when they were first seen. Several spellings of one value ("A" and
// "\u0041", 1.0 and 1.00) are separate keys with one index, so the dictionary page holds each value
// once. Values are kept in PLAIN encoding: the values buffer is the body of the dictionary page.
// Thread-safety: none.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <vector>

#include "base/buffer.h"

namespace varve {

// A token's bytes reduced to what a probe compares: up to 16 bytes inline, else a 64-bit hash.
struct TokenKey {
  uint64_t low = 0;
  uint64_t high = 0;  // for long tokens 0; the bytes are compared in the arena
  uint64_t hash = 0;
  const uint8_t* bytes = nullptr;
  uint32_t length = 0;
};

namespace token_internal {

inline constexpr uint64_t kSeed0 = 0x9E3779B97F4A7C15ull;
inline constexpr uint64_t kSeed1 = 0xD6E8FEB86659FD93ull;

inline uint64_t Load64(const uint8_t* p) {
  uint64_t value;
  std::memcpy(&value, p, sizeof(value));
  return value;
}

inline uint64_t Mix(uint64_t a, uint64_t b) {
  const unsigned __int128 product = static_cast<unsigned __int128>(a) * b;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

inline uint64_t HashLong(const uint8_t* bytes, uint32_t length) {
  uint64_t hash = kSeed0 ^ length;
  uint32_t at = 0;
  for (; at + 16 < length; at += 16) {
    hash = Mix(Load64(bytes + at) ^ kSeed1, Load64(bytes + at + 8) ^ hash);
  }
  return Mix(Load64(bytes + length - 16) ^ kSeed1, Load64(bytes + length - 8) ^ hash);
}

}  // namespace token_internal

// Reads up to 16 bytes from `bytes` even when the token is shorter (inputs are padded).
inline TokenKey MakeTokenKey(const uint8_t* bytes, uint32_t length) {
  using namespace token_internal;  // NOLINT: local to the function
  TokenKey key;
  key.bytes = bytes;
  key.length = length;
  if (length <= 8) {
    key.low = length == 0 ? 0 : Load64(bytes) & (~uint64_t{0} >> (64 - 8 * length));
    key.hash = Mix(key.low ^ kSeed0, kSeed1 ^ length);
  } else if (length <= 16) {
    key.low = Load64(bytes);
    key.high = Load64(bytes + 8) & (~uint64_t{0} >> (128 - 8 * length));
    key.hash = Mix(key.low ^ kSeed0, key.high ^ kSeed1 ^ length);
  } else {
    key.hash = HashLong(bytes, length);
    key.low = key.hash;
  }
  return key;
}

// Keys to indices: open addressing, linear probing. Large dictionaries do not fit the cache, so a
// probe touches one cache line (a table of small slots that point to keys touches two, and half of
// the time on wide records went there).
class KeyTable {
 public:
  static constexpr uint32_t kNotFound = ~uint32_t{0};

  uint32_t Find(const TokenKey& key) const {
    if (slots_.empty()) return kNotFound;
    for (size_t at = key.hash & mask_; slots_[at].length_plus_1 != 0; at = (at + 1) & mask_) {
      const Slot& slot = slots_[at];
      if (slot.low == key.low && slot.length_plus_1 == key.length + 1 &&
          (key.length <= 16 ? slot.high == key.high : EqualLong(slot, key))) {
        return slot.index;
      }
    }
    return kNotFound;
  }

  // The key must not be present.
  void Add(const TokenKey& key, uint32_t index);
  // Forgets every key of an index from `limit` on.
  void RemoveFrom(uint32_t limit);
  void Clear();

 private:
  struct alignas(32) Slot {
    uint64_t low = 0;
    uint64_t high = 0;  // for tokens over 16 bytes: offset of the bytes in arena_
    uint64_t hash = 0;
    uint32_t length_plus_1 = 0;  // 0: free
    uint32_t index = 0;
  };

  // Equal lengths above 16; the last comparison overlaps the one before. A call of memcmp costs
  // more.
  bool EqualLong(const Slot& slot, const TokenKey& key) const {
    const uint8_t* a = arena_.data() + slot.high;
    const uint8_t* b = key.bytes;
    const uint32_t last = key.length - 8;
    uint64_t difference = 0;
    for (uint32_t at = 0; at < last; at += 8) {
      difference |= token_internal::Load64(a + at) ^ token_internal::Load64(b + at);
    }
    return (difference | (token_internal::Load64(a + last) ^ token_internal::Load64(b + last))) ==
           0;
  }
  void Rebuild(size_t slot_count, uint32_t index_limit);
  void Place(const Slot& slot);

  std::vector<Slot> slots_;
  size_t mask_ = 0;
  size_t used_ = 0;
  Buffer arena_;  // bytes of long tokens
};

class TokenDictionary {
 public:
  static constexpr uint32_t kNotFound = KeyTable::kNotFound;

  // Index of the token's value, or kNotFound.
  uint32_t Find(const TokenKey& key) const { return tokens_.Find(key); }
  // Makes `key` another spelling of value `index`. The key must not be present.
  void AddKey(const TokenKey& key, uint32_t index) { tokens_.Add(key, index); }

  // The same for values themselves, as opposed to spellings of them.
  uint32_t FindValue(const TokenKey& value) const { return by_value_.Find(value); }
  void AddValueKey(const TokenKey& value, uint32_t index) { by_value_.Add(value, index); }

  // A new value, whose PLAIN bytes the caller has appended to values(); gives its index. `row` is
  // remembered for RollbackRow.
  uint32_t AddValue(uint32_t row) {
    rows_.push_back(row);
    value_ends_.push_back(static_cast<uint32_t>(values_.size()));
    return static_cast<uint32_t>(rows_.size()) - 1;
  }

  // Forgets the values that row `row` (the newest) added.
  void RollbackRow(uint32_t row);

  uint32_t size() const { return static_cast<uint32_t>(rows_.size()); }
  Buffer& values() { return values_; }
  const Buffer& values() const { return values_; }
  uint32_t ValueBegin(uint32_t index) const { return index == 0 ? 0 : value_ends_[index - 1]; }
  uint32_t ValueEnd(uint32_t index) const { return value_ends_[index]; }

  void Clear();

 private:
  KeyTable tokens_;
  KeyTable by_value_;
  Buffer values_;  // PLAIN
  std::vector<uint32_t> value_ends_;
  std::vector<uint32_t> rows_;
};

}  // namespace varve
