#include "etl/column/leaf_builder.h"

#include <algorithm>
#include <cmath>

#include "etl/column/page_bounds.h"
#include "etl/encode/compress.h"
#include "etl/encode/rle_hybrid.h"
#include "etl/parquet/bounds.h"
#include "etl/parquet/page_header.h"
#include "etl/parquet/schema_elements.h"

namespace varve {
namespace {

// When a dictionary stops paying. It is looked at every kReviewEvery distinct values: waiting
// longer cost up to 25%, a larger cap up to 45% on mixed logs (probes that miss the cache).
// Values that come in bouts (aeroplanes are not seen twice on one morning) look unique at first, so
// a column that will be long is given more of them to show itself.
constexpr double kPatience = 2048;
constexpr double kCapEntries = 50'000;
constexpr double kMaxDistinctShare = 0.3;
constexpr double kMaxDistinctShareAtEnd = 0.6;
constexpr uint32_t kHardCapEntries = 60'000;  // indices are 16 bits wide
// Such dictionaries are beyond the L1 cache, and a row's together beyond L2.
constexpr uint32_t kLateProbeEntries = 512;
constexpr size_t kIndicesInitial = 256;  // most columns of wide records hold few values
// Indices that stay bit-packed repeat themselves byte for byte where rows do, which snappy finds
// and runs hide. Against runs as soon as they save a byte: windows-auditpol -1.4%, zeek-dns -1.7%,
// others within 0.1%. Without compression, with zstd or lz4 it would make files up to 7% larger.
constexpr uint32_t kSnappyRunPatience = 8;

uint32_t ValueBytesOf(TypeKind kind, int precision) {
  switch (kind) {
    case TypeKind::kBool: return 1;
    case TypeKind::kDate: return 4;
    case TypeKind::kInt64:
    case TypeKind::kDouble:
    case TypeKind::kTimestampUtc:
    case TypeKind::kTimestampLocal: return 8;
    case TypeKind::kDecimal: return static_cast<uint32_t>(parquet::DecimalBytes(precision));
    default: return 0;
  }
}

// D such that `values` draws from D equally likely values are expected to show `distinct` ones.
double EstimatePool(double values, double distinct) {
  if (distinct >= values) return 1e12;
  // Newton's method from below: what is expected grows ever more slowly with the pool, so that no
  // step goes too far. For large pools values - values^2 / 2D are expected, for small ones D.
  const double guess = values * values / (2 * (values - distinct)) - values / 2;
  double pool = std::max(distinct, guess);
  for (int i = 0; i < 50; ++i) {
    const double ratio = values / pool;
    const double hit = -std::expm1(-ratio);
    const double step = (distinct - pool * hit) / (hit - ratio * (1 - hit));
    pool += step;
    if (!(step > pool * 1e-13)) break;
  }
  return pool;
}

void AppendPackedBools(const Buffer& bools, Buffer* out) {
  const size_t count = bools.size();
  uint8_t* packed = out->Reserve((count + 7) / 8);
  for (size_t i = 0; i < count; i += 8) {
    uint8_t byte = 0;
    for (size_t bit = 0; bit < 8 && i + bit < count; ++bit) {
      byte = static_cast<uint8_t>(byte | (bools.data()[i + bit] << bit));
    }
    packed[i / 8] = byte;
  }
  out->Advance((count + 7) / 8);
}

// The key under which a string value that needs escapes is known. No JSON token begins with a zero
// byte, so these keys never meet the tokens'.
void MakeValueKey(std::string_view value, Buffer* key) {
  key->Clear();
  key->AppendByte(0);
  key->Append(value);
  std::memset(key->Reserve(16), 0, 16);
}

}  // namespace

LeafBuilder::LeafBuilder(TypeKind kind, int precision, const PageSettings& settings,
                         std::vector<LeafBuilder*>* flush_queue)
    : uses_dictionary_(kind != TypeKind::kBool),
      kind_(kind),
      value_bytes_(ValueBytesOf(kind, precision)),
      settings_(settings),
      flush_queue_(flush_queue) {}

void LeafBuilder::SetPath(std::vector<PathStep> steps) {
  levels_ = std::make_unique<LevelWriter>(std::move(steps));
}

void LeafBuilder::GrowIndices() {
  const size_t used = indices_.size();
  if (used >= kIndexPageValues) WantFlush();
  indices_.resize(std::max(kIndicesInitial, used * 2));
  indices_end_ = indices_.data() + used;
  indices_limit_ = indices_.data() + indices_.size();
}

void LeafBuilder::WantFlush() {
  if (queued_) return;
  queued_ = true;
  flush_queue_->push_back(this);
}

size_t LeafBuilder::OpenValues() const {
  if (uses_dictionary_) {
    return indices_.empty() ? 0 : static_cast<size_t>(indices_end_ - indices_.data());
  }
  return value_bytes_ != 0 ? plain_.size() / value_bytes_ : plain_strings_;
}

void LeafBuilder::NotePlainRounded(uint32_t row) {
  if (row != rounded_row_) rounded_row_values_ = 0;
  rounded_row_ = row;
  ++rounded_row_values_;
  ++rounded_values_;
}

uint32_t LeafBuilder::AddValue(uint32_t row, bool rounded) {
  const uint32_t index = dictionary_.AddValue(row);
  has_rounded_ |= rounded;
  // Rounded values are counted as indices are pushed, which a reserved position would upset.
  probes_late_ = index >= kLateProbeEntries && !has_rounded_;
  if (has_rounded_) {
    rounded_.resize(index);
    rounded_.push_back(rounded ? 1 : 0);
  }
  return index;
}

// From now on values are looked up as well as tokens.
void LeafBuilder::KeepValues() {
  dictionary_.KeepValues();
  uint8_t value[16] = {};
  for (uint32_t i = 0; i < dictionary_.size(); ++i) {
    if (has_rounded_ && rounded_[i] != 0) continue;
    std::memcpy(value, dictionary_.values().data() + size_t{i} * value_bytes_, value_bytes_);
    dictionary_.AddValueKey(MakeTokenKey(value, value_bytes_), i);
  }
}

// The second table, from values to indices, costs a probe and an insertion for each new value. Most
// columns spell each value in one way and can do without (zeek-dns: 8% of the whole); the first
// token that may be another spelling brings it in.
void LeafBuilder::PushNewFixed(const TokenKey& key, const uint8_t* value, uint32_t row,
                               bool rounded, bool one_spelling, uint32_t position) {
  if (!one_spelling && !dictionary_.keeps_values()) KeepValues();
  uint32_t index = TokenDictionary::kNotFound;
  TokenKey value_key;
  if (dictionary_.keeps_values()) {
    value_key = MakeTokenKey(value, value_bytes_);
    // Spellings that rounded and spellings that did not are kept apart, so that counting stays
    // exact.
    if (!rounded) index = dictionary_.FindValue(value_key);
  }
  if (index == TokenDictionary::kNotFound) {
    dictionary_.values().Append(value, value_bytes_);
    index = AddValue(row, rounded);
    if (!rounded && dictionary_.keeps_values()) dictionary_.AddValueKey(value_key, index);
  }
  dictionary_.AddKey(key, index);
  PlaceNewIndex(index, position, row);
}

void LeafBuilder::PlaceNewIndex(uint32_t index, uint32_t position, uint32_t row) {
  if (position != kNext) return SetIndex(position, index);
  PushIndex(index);
  ReviewIfDue(row);
}

void LeafBuilder::PushNewBytes(const TokenKey& key, std::string_view value, bool escaped,
                               uint32_t row, uint32_t position) {
  uint32_t index = TokenDictionary::kNotFound;
  Buffer value_key_bytes;
  TokenKey value_key;
  if (escaped) {
    // A value that could have been written without escapes is known by that spelling; one that
    // could not, by its value.
    const bool plain_spelling = std::none_of(value.begin(), value.end(), [](char c) {
      return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20;
    });
    if (plain_spelling) {
      value_key_bytes.Append(value);
      std::memset(value_key_bytes.Reserve(16), 0, 16);
    } else {
      MakeValueKey(value, &value_key_bytes);
    }
    value_key = MakeTokenKey(value_key_bytes.data(), static_cast<uint32_t>(value_key_bytes.size()));
    index = dictionary_.Find(value_key);
  }
  if (index == TokenDictionary::kNotFound) {
    dictionary_.values().AppendValue(static_cast<uint32_t>(value.size()));
    dictionary_.values().Append(value);
    index = AddValue(row, false);
    if (escaped) dictionary_.AddKey(value_key, index);
  }
  if (escaped) {
    dictionary_.AddKey(key, index);
  } else {
    dictionary_.AddKeyOfString(key, index);
  }
  PlaceNewIndex(index, position, row);
}

// How often values repeated so far tells how many there are: n draws from D equally likely values
// show D(1 - e^(-n/D)) different ones. Judging by the distinct share alone would drop, after the
// first few hundred rows, exactly the columns of a few thousand values that gain most.
void LeafBuilder::ReviewDictionary(uint32_t row) {
  next_review_ = (dictionary_.size() / kReviewEvery + 1) * kReviewEvery;
  const double values = static_cast<double>(flushed_values_ + OpenValues());
  const double distinct = dictionary_.size();
  const double expected_values =
      values * std::max(1.0, static_cast<double>(settings_.expected_rows) / (row + 1.0));
  if (distinct < std::min(kPatience, expected_values / 64)) return;
  const double pool = EstimatePool(values, distinct);
  const double expected_distinct = pool * -std::expm1(-expected_values / pool);
  const bool too_many =
      expected_distinct > std::min(kCapEntries, expected_values * kMaxDistinctShare);
  const bool too_heavy = dictionary_.values().size() > kCapValueBytes;
  if (too_many || too_heavy || dictionary_.size() >= kHardCapEntries) GiveUpDictionary();
}

// The open page becomes plain; pages already written keep their dictionary.
void LeafBuilder::GiveUpDictionary() {
  const size_t open = OpenValues();
  uses_dictionary_ = false;
  probes_late_ = false;
  last_.length = 0;
  const uint8_t* values = dictionary_.values().data();
  for (size_t i = 0; i < open; ++i) {
    const uint32_t index = indices_[i];
    if (has_rounded_) converted_rounded_.push_back(rounded_[index]);
    const uint32_t begin = value_bytes_ != 0 ? index * value_bytes_ : dictionary_.ValueBegin(index);
    const uint32_t end = value_bytes_ != 0 ? begin + value_bytes_ : dictionary_.ValueEnd(index);
    last_plain_begin_ = plain_.size();
    plain_.Append(values + begin, end - begin);
  }
  if (value_bytes_ == 0) plain_strings_ = static_cast<uint32_t>(open);
  indices_end_ = indices_.data();
  if (!wrote_dictionary_indices_) dictionary_.Clear();
  if (plain_.size() >= kPlainPageBytes) WantFlush();
}

void LeafBuilder::Rollback(uint32_t slot_limit, uint32_t row) {
  const uint32_t removed = presence_.TruncateTo(slot_limit);
  if (removed == 0) return;
  PopValues(removed);
  if (uses_dictionary_) dictionary_.RollbackRow(row);
  if (rounded_row_ == row) {
    rounded_values_ -= rounded_row_values_;
    rounded_row_values_ = 0;
  }
  last_.length = 0;
}

void LeafBuilder::PopValues(uint32_t count) {
  if (uses_dictionary_) {
    for (uint32_t i = 0; i < count; ++i) {
      --indices_end_;
      if (has_rounded_) rounded_values_ -= rounded_[*indices_end_];
    }
    return;
  }
  while (converted_rounded_.size() > OpenValues() - count) {
    rounded_values_ -= converted_rounded_.back();
    converted_rounded_.pop_back();
  }
  if (value_bytes_ != 0) {
    plain_.Resize(plain_.size() - size_t{count} * value_bytes_);
    return;
  }
  const uint32_t kept = plain_strings_ - count;
  if (count == 1) {
    plain_.Resize(last_plain_begin_);
  } else {
    size_t at = 0;
    for (uint32_t i = 0; i < kept; ++i) {
      uint32_t length;
      std::memcpy(&length, plain_.data() + at, 4);
      at += 4 + length;
    }
    plain_.Resize(at);
  }
  plain_strings_ = kept;
}

void LeafBuilder::Flush(uint32_t row_end, uint32_t next_slot, PageScratch* scratch) {
  queued_ = false;
  if (OpenValues() == 0) return;
  has_values_ = true;
  if (!settings_.discard) WritePage(row_end, scratch);
  flushed_values_ += OpenValues();
  if (!indices_.empty()) indices_end_ = indices_.data();
  plain_.Clear();
  plain_strings_ = 0;
  converted_rounded_.clear();
  presence_.RestartAt(next_slot);
  page_row_ = row_end;
}

void LeafBuilder::AppendValues(Buffer* body) {
  if (!uses_dictionary_) {
    if (kind_ == TypeKind::kBool) {
      AppendPackedBools(plain_, body);
    } else {
      body->Append(plain_.data(), plain_.size());
    }
    return;
  }
  if (dictionary_.size() == 0) return;  // no value at all: PLAIN, and nothing
  const int width = BitWidthFor(dictionary_.size() - 1);
  body->AppendByte(static_cast<uint8_t>(width));
  const uint32_t patience = settings_.codec == Codec::kSnappy ? kSnappyRunPatience : 1;
  AppendRleHybrid(indices_.data(), OpenValues(), width, patience, body);
}

void LeafBuilder::WritePage(uint32_t row_end, PageScratch* scratch) {
  parquet::DataPageInfo info;
  info.offset = pages_.size();
  info.first_row = page_row_;
  const bool indexed = uses_dictionary_ && dictionary_.size() != 0;
  info.encoding = indexed ? parquet::Encoding::kRleDictionary : parquet::Encoding::kPlain;
  scratch->body.Clear();
  LevelPage levels = levels_->AppendPage(page_row_, row_end, &scratch->body, &scratch->levels);
  AppendValues(&scratch->body);
  if (indexed) {
    const std::span<const uint16_t> indices(indices_.data(), OpenValues());
    info.bounds = IndexedBounds(kind_, value_bytes_, dictionary_, indices, &scratch->used);
    if (value_bytes_ == 0) {
      for (const uint16_t i : indices) {
        info.plain_bytes += dictionary_.ValueEnd(i) - dictionary_.ValueBegin(i) - 4;
      }
    }
    wrote_dictionary_indices_ |= !indices.empty();
  } else {
    info.bounds = PlainBounds(kind_, value_bytes_, plain_.bytes());
    if (value_bytes_ == 0) info.plain_bytes = plain_.size() - size_t{4} * plain_strings_;
  }
  info.value_count = levels.level_count;
  info.null_count = levels.null_count;
  info.definition_histogram = std::move(levels.definition_histogram);
  info.repetition_histogram = std::move(levels.repetition_histogram);

  scratch->compressed.Clear();
  const Status compressed =
      Compress(settings_.codec, settings_.level, scratch->body.bytes(), &scratch->compressed);
  if (!compressed.ok()) std::abort();  // pages are far below every codec's limit
  parquet::AppendDataPageHeaderV1(static_cast<uint32_t>(info.value_count), info.encoding,
                                  scratch->body.size(), scratch->compressed.bytes(), &pages_);
  uncompressed_bytes_ += pages_.size() - info.offset + scratch->body.size();
  pages_.Append(scratch->compressed.data(), scratch->compressed.size());
  info.size_bytes = static_cast<uint32_t>(pages_.size() - info.offset);
  page_infos_.push_back(std::move(info));
}

void LeafBuilder::WriteDictionaryPage(PageScratch* scratch, Buffer* out, uint64_t* uncompressed) {
  scratch->compressed.Clear();
  const Status compressed = Compress(settings_.codec, settings_.level, dictionary_.values().bytes(),
                                     &scratch->compressed);
  if (!compressed.ok()) std::abort();
  parquet::AppendDictionaryPageHeader(dictionary_.size(), dictionary_.values().size(),
                                      scratch->compressed.bytes(), out);
  *uncompressed += out->size() + dictionary_.values().size();
  out->Append(scratch->compressed.data(), scratch->compressed.size());
}

parquet::EncodedChunk LeafBuilder::Finish(uint32_t rows, PageScratch* scratch) {
  parquet::EncodedChunk chunk;
  has_values_ |= OpenValues() != 0;
  // A column that fits one page, in which hardly a value repeats, is smaller without its
  // dictionary.
  if (uses_dictionary_ && !wrote_dictionary_indices_ &&
      static_cast<double>(dictionary_.size()) >
          static_cast<double>(OpenValues()) * kMaxDistinctShareAtEnd) {
    GiveUpDictionary();
  }
  if (!settings_.discard && levels_ != nullptr) {
    if (page_row_ < rows) WritePage(rows, scratch);
    chunk.uncompressed_bytes = uncompressed_bytes_;
    if (wrote_dictionary_indices_) {
      chunk.has_dictionary = true;
      WriteDictionaryPage(scratch, &chunk.bytes, &chunk.uncompressed_bytes);
      chunk.data_offset = chunk.bytes.size();
      chunk.bytes.Append(pages_.data(), pages_.size());
    } else {
      chunk.bytes = std::move(pages_);
    }
    for (parquet::DataPageInfo& info : page_infos_) {
      info.offset += chunk.data_offset;
      if (!info.bounds.has_value()) continue;
      if (!chunk.bounds.has_value()) {
        chunk.bounds = info.bounds;
      } else {
        parquet::MergeBounds(parquet::OrderOf(kind_), *info.bounds, &*chunk.bounds);
      }
    }
    chunk.pages = std::move(page_infos_);
  }
  Reset();
  return chunk;
}

void LeafBuilder::Reset() {
  queued_ = false;
  has_values_ = false;
  uses_dictionary_ = kind_ != TypeKind::kBool;
  probes_late_ = false;
  next_review_ = kReviewEvery;
  has_rounded_ = false;
  rounded_values_ = 0;
  rounded_row_values_ = 0;
  last_.length = 0;
  usual_length_ = 0;
  if (!indices_.empty()) indices_end_ = indices_.data();
  plain_.Clear();
  plain_strings_ = 0;
  converted_rounded_.clear();
  dictionary_.Clear();
  rounded_.clear();
  presence_ = Presence();
  flushed_values_ = 0;
  page_row_ = 0;
  wrote_dictionary_indices_ = false;
  pages_.Clear();
  uncompressed_bytes_ = 0;
  page_infos_.clear();
  if (levels_ != nullptr) levels_->Reset();
}

}  // namespace varve
