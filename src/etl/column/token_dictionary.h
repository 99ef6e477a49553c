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

#if defined(__x86_64__)
#include <emmintrin.h>
#endif

#include "base/buffer.h"

namespace varve {

// Tokens of up to this many bytes are kept whole in the table.
inline constexpr uint32_t kInlineTokenBytes = 13;

// A token reduced to what a probe compares. Up to kInlineTokenBytes: its bytes and, in byte 13, a
// tag that tells lengths apart; longer: a 64-bit hash and one tag, and then the bytes.
struct TokenKey {
  uint64_t low = 0;
  uint64_t high = 0;
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

inline constexpr uint64_t kLongTag = uint64_t{0xFF} << 40;

// Of tokens longer than kInlineTokenBytes. Those of up to 32 bytes, nearly all, take no branch that
// depends on their length: their first and last 16 bytes are two products side by side. The length
// is spread over a word, lest a token one byte longer hash as another letter does.
inline uint64_t HashLong(const uint8_t* bytes, uint32_t length) {
  const uint8_t* const last = bytes + length;
  const uint32_t half = length < 16 ? length : 16;
  uint64_t hash = Mix(Load64(bytes) ^ kSeed0, Load64(bytes + half - 8) ^ length * kSeed1);
  for (const uint8_t* at = bytes + 16; at + 16 < last; at += 16) {
    hash = Mix(Load64(at) ^ kSeed1, Load64(at + 8) ^ hash);
  }
  return hash ^ Mix(Load64(last - half) ^ kSeed1, Load64(last - 8) ^ kSeed0);
}

inline uint64_t HashShort(uint64_t low, uint64_t high) { return Mix(low ^ kSeed0, high ^ kSeed1); }

struct ShortMask {
  uint64_t low;
  uint64_t high;
};

consteval std::array<ShortMask, kInlineTokenBytes + 1> MakeShortMasks() {
  std::array<ShortMask, kInlineTokenBytes + 1> masks{};
  for (uint32_t length = 0; length <= kInlineTokenBytes; ++length) {
    masks[length].low = length < 8 ? (uint64_t{1} << (8 * length)) - 1 : ~uint64_t{0};
    masks[length].high = length < 8 ? 0 : (uint64_t{1} << (8 * (length - 8))) - 1;
  }
  return masks;
}
inline constexpr auto kShortMasks = MakeShortMasks();

}  // namespace token_internal

// Reads 16 bytes from `bytes` even when the token is shorter (inputs are padded).
inline TokenKey MakeTokenKey(const uint8_t* bytes, uint32_t length) {
  using namespace token_internal;  // NOLINT: local to the function
  TokenKey key;
  key.bytes = bytes;
  key.length = length;
  if (length <= kInlineTokenBytes) [[likely]] {
    const uint64_t tag = uint64_t{0x80 | length} << 40;
    key.low = Load64(bytes) & kShortMasks[length].low;
    key.high = (Load64(bytes + 8) & kShortMasks[length].high) | tag;
    key.hash = HashShort(key.low, key.high);
  } else {
    key.hash = HashLong(bytes, length);
    key.low = key.hash;
    key.high = kLongTag;
  }
  return key;
}

// Keys to indices below 2^16: buckets of four slots that fill one cache line and are compared at
// once. Large dictionaries do not fit the cache, so what counts is that a probe touches one line,
// that lines are few, and that it takes no branch that depends on where in the bucket the key is: a
// mispredicted one waits for the line (docs/decisions/0020).
class KeyTable {
 public:
  static constexpr uint32_t kNotFound = ~uint32_t{0};

  KeyTable() = default;
  KeyTable(const KeyTable&) = delete;
  ~KeyTable() { Free(); }

  // `values` is what offsets given to AddReference count from.
  uint32_t Find(const TokenKey& key, const uint8_t* values) const {
    const bool is_short = key.length <= kInlineTokenBytes;
    for (size_t at = key.hash & bucket_mask_;; at = (at + 1) & bucket_mask_) {
      const Bucket& bucket = buckets_[at];
      for (uint64_t hits = Match(bucket, key, is_short); hits != 0; hits &= hits - 1) {
        const uint64_t high = bucket.slots[__builtin_ctzll(hits) / 16].high;
        if (is_short || EqualLong(static_cast<uint32_t>(high), key, values)) [[likely]] {
          return static_cast<uint32_t>(high >> 48);
        }
      }
      if (bucket.slots[kBucketSlots - 1].high == 0) return kNotFound;
    }
  }

  // Bring into the cache what Find will read first, and what it will read then of a long token.
  void Prefetch(const TokenKey& key) const {
    __builtin_prefetch(&buckets_[key.hash & bucket_mask_]);
  }
  // Gives the slot to pass to IndexAt, or 0.
  uint64_t PrefetchBytes(const TokenKey& key, const uint8_t* values) const {
    const Bucket& bucket = buckets_[key.hash & bucket_mask_];
    const uint64_t hits = Match(bucket, key, false);
    if (hits == 0) return 0;
    const uint64_t high = bucket.slots[__builtin_ctzll(hits) / 16].high;
    const uint8_t* const bytes = BytesAt(static_cast<uint32_t>(high), values);
    __builtin_prefetch(bytes);
    __builtin_prefetch(bytes + key.length);  // tokens of up to two cache lines are the most
    return high;
  }
  // The index of a long token, if it is the one in that slot, or kNotFound: then it may be
  // elsewhere.
  uint32_t IndexAt(uint64_t slot, const TokenKey& key, const uint8_t* values) const {
    if (slot == 0 || !EqualLong(static_cast<uint32_t>(slot), key, values)) return kNotFound;
    return static_cast<uint32_t>(slot >> 48);
  }

  // The key must not be present.
  void Add(const TokenKey& key, uint32_t index);
  // The same when the key's bytes stand at values + offset, after their number in 4 bytes.
  void AddReference(const TokenKey& key, uint32_t index, size_t offset);
  // Forgets every key of an index from `limit` on.
  void RemoveFrom(uint32_t limit);
  void Clear();

 private:
  static constexpr size_t kBucketSlots = 4;
  static constexpr uint32_t kReferenceBit = uint32_t{1} << 31;

  // Bytes 0..13 as in TokenKey, but that for long tokens bytes 8..11 say where the bytes are; then
  // the index. All 0: free; slots of a bucket are taken in order.
  struct Slot {
    uint64_t low;
    uint64_t high;
  };
  struct alignas(64) Bucket {
    Slot slots[kBucketSlots];
  };
  static const Bucket kEmptyBucket;

  // Bit 15 of each 16: whether that slot's low bytes and tag (and, with all_bytes, the bytes
  // between) are the key's.
  static uint64_t Match(const Bucket& bucket, const TokenKey& key, bool all_bytes) {
    const uint64_t wanted = all_bytes ? 0x3FFF3FFF3FFF3FFFu : 0x20FF20FF20FF20FFu;
#if defined(__x86_64__)
    const __m128i k = _mm_set_epi64x(static_cast<int64_t>(key.high), static_cast<int64_t>(key.low));
    const auto equal = [&](int i) {
      const __m128i slot = _mm_load_si128(reinterpret_cast<const __m128i*>(&bucket.slots[i]));
      return static_cast<uint64_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(slot, k)));
    };
    const uint64_t same = equal(0) | equal(1) << 16 | equal(2) << 32 | equal(3) << 48;
    const uint64_t different = ~same & wanted;
    return ~(different + 0x7FFF7FFF7FFF7FFFu) & 0x8000800080008000u;
#else
    const uint64_t high_mask =
        wanted == 0x3FFF3FFF3FFF3FFFu ? ~uint64_t{0} >> 16 : uint64_t{0xFF} << 40;
    uint64_t hits = 0;
    for (unsigned i = 0; i < kBucketSlots; ++i) {
      const Slot& slot = bucket.slots[i];
      const bool same = slot.low == key.low && ((slot.high ^ key.high) & high_mask) == 0;
      hits |= uint64_t{same} << (16 * i + 15);
    }
    return hits;
#endif
  }

  const uint8_t* BytesAt(uint32_t place, const uint8_t* values) const {
    return (place & kReferenceBit) != 0 ? values + (place & ~kReferenceBit) : arena_.data() + place;
  }

  // At least 8 bytes. Comparisons overlap, so that up to 32 bytes take no branch that depends on
  // the length; a call of memcmp costs more.
  static bool EqualBytes(const uint8_t* a, const uint8_t* b, uint32_t length) {
    using token_internal::Load64;
    const auto differ = [&](uint32_t at) { return Load64(a + at) ^ Load64(b + at); };
    const uint32_t half = length < 16 ? length : 16;
    uint64_t difference = differ(0) | differ(half - 8) | differ(length - half) | differ(length - 8);
    for (uint32_t at = 16; at + 16 < length; at += 16) difference |= differ(at) | differ(at + 8);
    return difference == 0;
  }

  bool EqualLong(uint32_t place, const TokenKey& key, const uint8_t* values) const {
    const uint8_t* a = BytesAt(place, values);
    uint32_t length;
    std::memcpy(&length, a, 4);
    if (length != key.length) return false;
    a += 4;
    return EqualBytes(a, key.bytes, length);
  }
  void AddSlot(const TokenKey& key, uint32_t index, uint32_t place);
  void Place(const Slot& slot);
  void Rebuild(size_t bucket_count, uint32_t index_limit);
  void Free();

  Bucket* buckets_ = const_cast<Bucket*>(&kEmptyBucket);  // never written while it has no room
  size_t bucket_mask_ = 0;
  size_t bucket_count_ = 0;
  size_t used_ = 0;
  Buffer arena_;  // bytes of long tokens, each after its length
};

class TokenDictionary {
 public:
  static constexpr uint32_t kNotFound = KeyTable::kNotFound;

  // Index of the token's value, or kNotFound.
  uint32_t Find(const TokenKey& key) const { return tokens_.Find(key, values_.data()); }
  void Prefetch(const TokenKey& key) const { tokens_.Prefetch(key); }
  uint64_t PrefetchBytes(const TokenKey& key) const {
    return tokens_.PrefetchBytes(key, values_.data());
  }
  uint32_t IndexAt(uint64_t slot, const TokenKey& key) const {
    return tokens_.IndexAt(slot, key, values_.data());
  }
  // Makes `key` another spelling of value `index`. The key must not be present.
  void AddKey(const TokenKey& key, uint32_t index) { tokens_.Add(key, index); }
  // The same for a string spelled as it is, so that its bytes are in values() already.
  void AddKeyOfString(const TokenKey& key, uint32_t index) {
    tokens_.AddReference(key, index, ValueBegin(index));
  }

  // The same for values themselves, as opposed to spellings of them. Kept only for columns whose
  // values are spelled in several ways, from the first time on.
  bool keeps_values() const { return keeps_values_; }
  void KeepValues() { keeps_values_ = true; }
  uint32_t FindValue(const TokenKey& value) const { return by_value_.Find(value, nullptr); }
  void AddValueKey(const TokenKey& value, uint32_t index) { by_value_.Add(value, index); }

  // A new value, whose PLAIN bytes the caller has appended to values(); gives its index. `row` is
  // remembered for RollbackRow.
  uint32_t AddValue(uint32_t row) {
    rows_.push_back(row);
    value_bounds_.push_back(static_cast<uint32_t>(values_.size()));
    return static_cast<uint32_t>(rows_.size()) - 1;
  }

  // Forgets the values that row `row` (the newest) added.
  void RollbackRow(uint32_t row);

  uint32_t size() const { return static_cast<uint32_t>(rows_.size()); }
  Buffer& values() { return values_; }
  const Buffer& values() const { return values_; }
  uint32_t ValueBegin(uint32_t index) const { return value_bounds_[index]; }
  uint32_t ValueEnd(uint32_t index) const { return value_bounds_[index + 1]; }

  void Clear();

 private:
  KeyTable tokens_;
  KeyTable by_value_;
  bool keeps_values_ = false;
  Buffer values_;                             // PLAIN
  std::vector<uint32_t> value_bounds_ = {0};  // where values begin, and the end
  std::vector<uint32_t> rows_;
};

}  // namespace varve
