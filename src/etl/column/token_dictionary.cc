#include "etl/column/token_dictionary.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace varve {
namespace {
constexpr size_t kInitialBuckets = 8;
constexpr size_t kBucketsFewerRebuilds = 512;  // 32 KiB
constexpr size_t kBucketsKeptWhenCleared = 4096;
constexpr size_t kPlacesEnd = size_t{1} << 31;
}  // namespace

alignas(64) const KeyTable::Bucket KeyTable::kEmptyBucket = {};

void KeyTable::Add(const TokenKey& key, uint32_t index) {
  if (key.length <= kInlineTokenBytes) return AddSlot(key, index, 0);
  const size_t place = arena_.size();
  if (place >= kPlacesEnd) return;  // not remembered: it will be new again
  arena_.AppendValue(key.length);
  arena_.Append(key.bytes, key.length);
  AddSlot(key, index, static_cast<uint32_t>(place));
}

void KeyTable::AddReference(const TokenKey& key, uint32_t index, size_t offset) {
  if (key.length <= kInlineTokenBytes) return AddSlot(key, index, 0);
  if (offset >= kPlacesEnd) return;
  AddSlot(key, index, static_cast<uint32_t>(offset) | kReferenceBit);
}

void KeyTable::AddSlot(const TokenKey& key, uint32_t index, uint32_t place) {
  if ((used_ + 1) * 5 > bucket_count_ * kBucketSlots * 3) {
    const size_t factor = bucket_count_ < kBucketsFewerRebuilds ? 4 : 2;
    Rebuild(std::max(kInitialBuckets, bucket_count_ * factor), kNotFound);
  }
  Place({key.low, key.high | place | uint64_t{index} << 48});
}

void KeyTable::Place(const Slot& slot) {
  const bool is_long = (slot.high >> 40 & 0xFF) == 0xFF;
  const uint64_t key_high = slot.high & (~uint64_t{0} >> 16);
  size_t at = (is_long ? slot.low : token_internal::HashShort(slot.low, key_high)) & bucket_mask_;
  while (buckets_[at].slots[kBucketSlots - 1].high != 0) at = (at + 1) & bucket_mask_;
  size_t i = 0;
  while (buckets_[at].slots[i].high != 0) ++i;
  buckets_[at].slots[i] = slot;
  ++used_;
}

void KeyTable::Rebuild(size_t bucket_count, uint32_t index_limit) {
  Bucket* const old = buckets_;
  const size_t old_count = bucket_count_;
  const size_t bytes = bucket_count * sizeof(Bucket);
  void* const memory = std::aligned_alloc(sizeof(Bucket), bytes);
  if (memory == nullptr) std::abort();
  buckets_ = static_cast<Bucket*>(std::memset(memory, 0, bytes));
  bucket_count_ = bucket_count;
  bucket_mask_ = bucket_count - 1;
  used_ = 0;
  for (size_t at = 0; at < old_count; ++at) {
    for (const Slot& slot : old[at].slots) {
      if (slot.high != 0 && slot.high >> 48 < index_limit) Place(slot);
    }
  }
  if (old_count != 0) std::free(old);
}

void KeyTable::RemoveFrom(uint32_t limit) {
  if (used_ != 0) Rebuild(bucket_count_, limit);
}

void KeyTable::Free() {
  if (bucket_count_ != 0) std::free(buckets_);
  buckets_ = const_cast<Bucket*>(&kEmptyBucket);
  bucket_count_ = 0;
  bucket_mask_ = 0;
}

void KeyTable::Clear() {
  if (bucket_count_ > kBucketsKeptWhenCleared) {
    Free();
  } else if (used_ != 0) {
    std::memset(static_cast<void*>(buckets_), 0, bucket_count_ * sizeof(Bucket));
  }
  used_ = 0;
  arena_.Clear();
}

void TokenDictionary::RollbackRow(uint32_t row) {
  const size_t before = rows_.size();
  while (!rows_.empty() && rows_.back() == row) {
    rows_.pop_back();
    value_bounds_.pop_back();
  }
  if (rows_.size() == before) return;
  values_.Resize(value_bounds_.back());
  tokens_.RemoveFrom(size());
  by_value_.RemoveFrom(size());
}

void TokenDictionary::Clear() {
  tokens_.Clear();
  by_value_.Clear();
  keeps_values_ = false;
  values_.Clear();
  value_bounds_.assign(1, 0);
  rows_.clear();
}

}  // namespace varve
