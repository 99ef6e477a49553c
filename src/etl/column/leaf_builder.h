// LeafBuilder: one leaf column of the row group being built; values go in, pages come out.
//
// Begins with a token-keyed dictionary and gives it up for plain values as soon as the distinct
// share shows that it will not pay. A page is encoded and compressed when it is full, at a row
// boundary, so memory does not grow with the row group. The parser writes through the hot members;
// everything that is not done per value is in leaf_builder.cc. Thread-safety: none.
#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

#include "base/buffer.h"
#include "etl/column/level_writer.h"
#include "etl/column/page_settings.h"
#include "etl/column/presence.h"
#include "etl/column/token_dictionary.h"
#include "etl/parquet/chunk.h"
#include "model/schema.h"

namespace varve {

class LeafBuilder {
 public:
  // `kind` is the type stored (kUnknown: only nulls so far). `settings` and `flush_queue` outlive
  // the builder; it puts itself into the queue once its page is full.
  LeafBuilder(TypeKind kind, int precision, const PageSettings& settings,
              std::vector<LeafBuilder*>* flush_queue);

  TypeKind kind() const { return kind_; }
  // Width of a stored value in bytes; 0 for strings.
  uint32_t value_bytes() const { return value_bytes_; }
  bool uses_dictionary() const { return uses_dictionary_; }
  bool has_values() const { return has_values_; }
  Presence& presence() { return presence_; }

  // The levels of this leaf come from these steps, the last of which is the leaf itself.
  void SetPath(std::vector<PathStep> steps);

  // --- Dictionary form -------------------------------------------------------------------------
  // The newest token (at most 32 bytes) and its value's index: most columns repeat themselves.
  struct LastToken {
    uint8_t bytes[32];
    uint32_t length = 0;  // 0: none
    uint32_t index = 0;
  };
  LastToken& last() { return last_; }

  uint32_t Find(const TokenKey& key) const { return dictionary_.Find(key); }

  void PushIndex(uint32_t index) {
    if (indices_end_ == indices_limit_) [[unlikely]]
      GrowIndices();
    *indices_end_++ = static_cast<uint16_t>(index);
    if (has_rounded_) [[unlikely]]
      rounded_values_ += rounded_[index];
  }

  // Whether the dictionary is so large that a probe is likely to wait for memory, so that tokens
  // had better be looked up late: ReserveIndex and Prefetch now, PrefetchBytes, Find and SetIndex
  // when the memory has come, in the same row. Until then only PushIndex may come in between.
  bool probes_late() const { return probes_late_; }
  uint32_t ReserveIndex() {
    PushIndex(0);  // adds no rounded value: there is none while probes_late()
    return static_cast<uint32_t>(indices_end_ - indices_.data()) - 1;
  }
  void SetIndex(uint32_t position, uint32_t index) {
    indices_[position] = static_cast<uint16_t>(index);
    if (has_rounded_) [[unlikely]]
      rounded_values_ += rounded_[index];
  }
  void Prefetch(const TokenKey& key) const { dictionary_.Prefetch(key); }
  uint64_t PrefetchBytes(const TokenKey& key) const { return dictionary_.PrefetchBytes(key); }
  uint32_t IndexAt(uint64_t slot, const TokenKey& key) const {
    return dictionary_.IndexAt(slot, key);
  }

  // A value not found: adds it (unless another spelling of it is there) and pushes its index, or
  // sets it at a reserved position; reviews whether the dictionary still pays, unless the position
  // was reserved: then call ReviewIfDue once every position is set. `key` is the token as found in
  // the input. `one_spelling`: no other token that this is said of spells the same value.
  static constexpr uint32_t kNext = ~uint32_t{0};
  void PushNewFixed(const TokenKey& key, const uint8_t* value, uint32_t row, bool rounded,
                    bool one_spelling, uint32_t position = kNext);
  // For times: whether a token has the form of the column's first, so that no other such token is
  // the same time: as long, and its offset is Z, if it has one.
  bool IsUsualSpelling(std::string_view text, bool escaped) {
    if (escaped || (kind_ == TypeKind::kTimestampUtc && text.back() != 'Z')) return false;
    if (usual_length_ == 0) usual_length_ = static_cast<uint32_t>(text.size());
    return text.size() == usual_length_;
  }
  // `escaped`: the token has escapes, so `value` may be known under another spelling.
  void PushNewBytes(const TokenKey& key, std::string_view value, bool escaped, uint32_t row,
                    uint32_t position = kNext);
  void ReviewIfDue(uint32_t row) {
    if (!uses_dictionary_) return;
    if (dictionary_.size() >= next_review_ || dictionary_.values().size() > kCapValueBytes) {
      ReviewDictionary(row);
    }
  }

  // --- Plain form ------------------------------------------------------------------------------
  void AppendFixed(const uint8_t* value, uint32_t row, bool rounded) {
    // Values are padded to 16 bytes. All but decimals were just written as one of up to 8; to read
    // more at once would wait until that has left the store buffer.
    uint8_t* const to = plain_.Reserve(16);
    std::memcpy(to, value, 8);
    if (value_bytes_ > 8) std::memcpy(to + 8, value + 8, 8);
    plain_.Advance(value_bytes_);
    if (rounded) [[unlikely]]
      NotePlainRounded(row);
    if (plain_.size() >= kPlainPageBytes) [[unlikely]]
      WantFlush();
  }
  void AppendBytes(std::string_view value) {
    last_plain_begin_ = plain_.size();
    plain_.AppendValue(static_cast<uint32_t>(value.size()));
    plain_.Append(value);
    FinishPlainBytes();
  }
  // In-place appending of a string: write its bytes after the 4-byte length at Reserve()+4, then
  // call CommitBytes with their number.
  uint8_t* ReserveBytes(size_t length_max) { return plain_.Reserve(length_max + 4) + 4; }
  void CommitBytes(uint32_t length) {
    last_plain_begin_ = plain_.size();
    std::memcpy(plain_.data() + plain_.size(), &length, 4);
    plain_.Advance(length + 4u);
    FinishPlainBytes();
  }

  // --- Rows ------------------------------------------------------------------------------------
  // Takes back what row `row` added from slot `slot_limit` on.
  void Rollback(uint32_t slot_limit, uint32_t row);
  // Ends the page before row `row_end`; `next_slot` is the slot number that row begins with in the
  // leaf's own domain. Does nothing while the page holds no value.
  void Flush(uint32_t row_end, uint32_t next_slot, PageScratch* scratch);
  bool page_is_old(uint32_t row_end) const { return row_end - page_row_ >= kPageRows; }
  // Ends the row group of `rows` rows and begins the next.
  parquet::EncodedChunk Finish(uint32_t rows, PageScratch* scratch);
  // Starts over without output.
  void Reset();

  // Values whose digits a double could not hold, in this row group.
  uint64_t rounded_values() const { return rounded_values_; }

 private:
  static constexpr uint32_t kReviewEvery = 128;
  static constexpr size_t kCapValueBytes = 16 << 20;

  size_t OpenValues() const;
  void NotePlainRounded(uint32_t row);
  void GrowIndices();
  void WantFlush();
  void FinishPlainBytes() {
    ++plain_strings_;
    if (plain_.size() >= kPlainPageBytes) [[unlikely]]
      WantFlush();
  }
  uint32_t AddValue(uint32_t row, bool rounded);
  void KeepValues();
  void PlaceNewIndex(uint32_t index, uint32_t position, uint32_t row);
  void ReviewDictionary(uint32_t row);
  void GiveUpDictionary();
  void PopValues(uint32_t count);
  void WritePage(uint32_t row_end, PageScratch* scratch);
  void AppendValues(Buffer* body);
  void WriteDictionaryPage(PageScratch* scratch, Buffer* out, uint64_t* uncompressed);

  LastToken last_;
  uint16_t* indices_end_ = nullptr;
  uint16_t* indices_limit_ = nullptr;
  Presence presence_;
  bool has_rounded_ = false;
  bool uses_dictionary_ = true;
  bool probes_late_ = false;
  bool queued_ = false;
  uint32_t usual_length_ = 0;  // of a time's text; 0: not known
  bool has_values_ = false;
  uint64_t rounded_values_ = 0;
  uint32_t rounded_row_ = 0;         // the row of the newest plain rounded values,
  uint32_t rounded_row_values_ = 0;  // and how many it has
  TokenDictionary dictionary_;
  uint32_t next_review_ = kReviewEvery;  // of the dictionary's size
  Buffer plain_;
  size_t last_plain_begin_ = 0;
  uint32_t plain_strings_ = 0;

  const TypeKind kind_;
  const uint32_t value_bytes_;
  const PageSettings& settings_;
  std::vector<LeafBuilder*>* const flush_queue_;
  std::vector<uint16_t> indices_;
  std::vector<uint8_t> rounded_;  // per dictionary entry
  // Of the open plain values that began as dictionary indices: which are rounded.
  std::vector<uint8_t> converted_rounded_;
  std::unique_ptr<LevelWriter> levels_;
  uint64_t flushed_values_ = 0;
  uint32_t page_row_ = 0;
  bool wrote_dictionary_indices_ = false;
  Buffer pages_;
  uint64_t uncompressed_bytes_ = 0;
  std::vector<parquet::DataPageInfo> page_infos_;
};

}  // namespace varve
