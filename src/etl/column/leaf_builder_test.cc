#include "etl/column/leaf_builder.h"

#include <gtest/gtest.h>

#include <cstring>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "etl/parquet/page_header.h"

namespace varve {
namespace {

using Row = std::vector<std::string>;  // a list of strings, or one number's spelling

// A value per row (or several: then the leaf stands below a list), pushed as the row kernel does.
class Column {
 public:
  explicit Column(TypeKind kind, bool in_list = false) : leaf_(kind, 0, settings_, &queue_) {
    settings_.codec = Codec::kNone;
    std::vector<PathStep> path;
    if (in_list) path.push_back({&lists_, &lengths_, true});
    path.push_back({&leaf_.presence(), nullptr, false});
    leaf_.SetPath(path);
    in_list_ = in_list;
  }

  LeafBuilder& leaf() { return leaf_; }
  uint32_t rows() const { return row_; }
  size_t queued() const { return queue_.size(); }

  // Strings; `escaped`: spelled with escapes that decode to the value.
  void PushString(const std::string& value, const std::string& token, bool escaped) {
    const std::string padded = token + std::string(16, '~');
    const uint8_t* bytes = reinterpret_cast<const uint8_t*>(padded.data());
    if (leaf_.uses_dictionary()) {
      const TokenKey key = MakeTokenKey(bytes, static_cast<uint32_t>(token.size()));
      const uint32_t index = leaf_.Find(key);
      if (index != TokenDictionary::kNotFound) {
        leaf_.PushIndex(index);
      } else {
        leaf_.PushNewBytes(key, value, escaped, row_);
      }
    } else {
      leaf_.AppendBytes(value);
    }
    leaf_.presence().Add(slot_++);
  }
  void PushString(const std::string& value) { PushString(value, value, false); }

  void PushInt(int64_t number, const std::string& token, bool rounded = false) {
    uint8_t value[16] = {};
    std::memcpy(value, &number, 8);
    const std::string padded = token + std::string(16, '~');
    if (leaf_.uses_dictionary()) {
      const TokenKey key = MakeTokenKey(reinterpret_cast<const uint8_t*>(padded.data()),
                                        static_cast<uint32_t>(token.size()));
      const uint32_t index = leaf_.Find(key);
      if (index != TokenDictionary::kNotFound) {
        leaf_.PushIndex(index);
      } else {
        leaf_.PushNewFixed(key, value, row_, rounded, token == std::to_string(number));
      }
    } else {
      leaf_.AppendFixed(value, row_, rounded);
    }
    leaf_.presence().Add(slot_++);
  }
  void PushInt(int64_t number) { PushInt(number, std::to_string(number)); }

  void PushNull() { ++slot_; }

  void BeginRow() { slot_at_row_ = slot_; }
  void EndRow() {
    if (in_list_) {
      lists_.Add(row_);
      lengths_.push_back(slot_ - slot_at_row_);
    } else {
      slot_ = row_ + 1;
    }
    ++row_;
    for (LeafBuilder* leaf : queue_) leaf->Flush(row_, slot_, &scratch_);
    queue_.clear();
    if (row_ % kPageRows == 0 && leaf_.page_is_old(row_)) leaf_.Flush(row_, slot_, &scratch_);
  }
  void RollbackRow() {
    slot_ = slot_at_row_;
    leaf_.Rollback(slot_, row_);
  }

  parquet::EncodedChunk Finish() {
    parquet::EncodedChunk chunk = leaf_.Finish(row_, &scratch_);
    row_ = slot_ = slot_at_row_ = 0;
    lists_ = Presence();
    lengths_.clear();
    return chunk;
  }

 private:
  PageSettings settings_;
  PageScratch scratch_;
  std::vector<LeafBuilder*> queue_;
  LeafBuilder leaf_;
  bool in_list_ = false;
  Presence lists_;
  std::vector<uint32_t> lengths_;
  uint32_t row_ = 0;
  uint32_t slot_ = 0;
  uint32_t slot_at_row_ = 0;
};

struct Decoded {
  std::vector<std::string> values;  // PLAIN bytes without length
  uint64_t levels = 0;
  size_t indexed_pages = 0;
  size_t plain_pages = 0;
  std::vector<std::string> dictionary;
};

void ReadPlain(std::span<const uint8_t> in, uint32_t width, std::vector<std::string>* out) {
  for (size_t at = 0; at < in.size();) {
    uint32_t length = width;
    if (width == 0) {
      std::memcpy(&length, in.data() + at, 4);
      at += 4;
    }
    out->emplace_back(reinterpret_cast<const char*>(in.data()) + at, length);
    at += length;
  }
}

void SkipLevels(std::span<const uint8_t>* in, bool in_list) {
  for (int streams = in_list ? 2 : 1; streams > 0; --streams) {
    uint32_t size = 0;
    std::memcpy(&size, in->data(), 4);
    *in = in->subspan(4 + size);
  }
}

// An independent reading of an uncompressed chunk.
Decoded Decode(const parquet::EncodedChunk& chunk, uint32_t width, bool in_list = false) {
  Decoded decoded;
  const std::span<const uint8_t> bytes = chunk.bytes.bytes();
  if (chunk.has_dictionary) {
    const auto header = parquet::ReadPageHeader(bytes, 0);
    EXPECT_TRUE(header.ok());
    ReadPlain(bytes.subspan(header->header_bytes, chunk.data_offset - header->header_bytes), width,
              &decoded.dictionary);
    EXPECT_EQ(static_cast<size_t>(header->value_count), decoded.dictionary.size());
  }
  uint64_t row = 0;
  for (const parquet::DataPageInfo& page : chunk.pages) {
    EXPECT_GE(page.first_row, row);
    row = page.first_row;
    const auto header = parquet::ReadPageHeader(bytes.subspan(page.offset), 0);
    EXPECT_TRUE(header.ok());
    EXPECT_EQ(static_cast<uint64_t>(header->value_count), page.value_count);
    std::span<const uint8_t> body =
        bytes.subspan(page.offset + header->header_bytes, page.size_bytes - header->header_bytes);
    SkipLevels(&body, in_list);
    decoded.levels += page.value_count;
    const size_t count = page.value_count - page.null_count;
    if (page.encoding == parquet::Encoding::kPlain) {
      ++decoded.plain_pages;
      ReadPlain(body, width, &decoded.values);
      continue;
    }
    ++decoded.indexed_pages;
    std::vector<uint32_t> indices(count);
    EXPECT_TRUE(DecodeRleHybrid(body.subspan(1), body[0], count, indices.data()).ok());
    for (const uint32_t index : indices) decoded.values.push_back(decoded.dictionary.at(index));
  }
  return decoded;
}

std::string Plain(int64_t number) {
  return std::string(reinterpret_cast<const char*>(&number), sizeof(number));
}

TEST(LeafBuilderTest, FewValuesAreIndexed) {
  Column column(TypeKind::kString);
  std::vector<std::string> expected;
  for (int i = 0; i < 5'000; ++i) {
    if (i % 3 == 0) {
      column.PushNull();
    } else {
      expected.push_back("value " + std::to_string(i % 7));
      column.PushString(expected.back());
    }
    column.EndRow();
  }
  const parquet::EncodedChunk chunk = column.Finish();
  const Decoded decoded = Decode(chunk, 0);
  EXPECT_EQ(decoded.values, expected);
  EXPECT_EQ(decoded.levels, 5'000U);
  EXPECT_EQ(decoded.plain_pages, 0U);
  EXPECT_EQ(decoded.dictionary.size(), 7U);
  ASSERT_TRUE(chunk.bounds.has_value());
  EXPECT_EQ(chunk.bounds->min, "value 0");
  EXPECT_EQ(chunk.bounds->max, "value 6");
}

TEST(LeafBuilderTest, SpellingsOfOneValueShareAnEntry) {
  Column strings(TypeKind::kString);
  strings.PushString("A", "\\u0041", true);
  strings.EndRow();
  strings.PushString("A");
  strings.EndRow();
  strings.PushString("A", "\\U0041", true);
  strings.EndRow();
  strings.PushString("\"", "\\\"", true);
  strings.EndRow();
  strings.PushString("\"", "\\u0022", true);
  strings.EndRow();
  const Decoded decoded = Decode(strings.Finish(), 0);
  EXPECT_EQ(decoded.values, (Row{"A", "A", "A", "\"", "\""}));
  EXPECT_EQ(decoded.dictionary, (Row{"A", "\""}));
  Column numbers(TypeKind::kInt64);
  numbers.PushInt(0, "0");
  numbers.EndRow();
  numbers.PushInt(0, "-0");
  numbers.EndRow();
  EXPECT_EQ(Decode(numbers.Finish(), 8).dictionary.size(), 1U);
}

// Of two times of which this holds neither is another spelling of the other.
TEST(LeafBuilderTest, TimesOfOneFormHaveOneSpelling) {
  Column utc(TypeKind::kTimestampUtc);
  EXPECT_FALSE(utc.leaf().IsUsualSpelling("2025-01-17T00:00:00+00:00", false));
  EXPECT_TRUE(utc.leaf().IsUsualSpelling("2025-01-17T00:00:00.5Z", false));
  EXPECT_TRUE(utc.leaf().IsUsualSpelling("2025-01-17T00:00:00.7Z", false));
  EXPECT_FALSE(utc.leaf().IsUsualSpelling("2025-01-17T00:00:00.50Z", false));
  EXPECT_FALSE(utc.leaf().IsUsualSpelling("2025-01-17T00:00:00.8Z", true));
  Column local(TypeKind::kTimestampLocal);
  EXPECT_TRUE(local.leaf().IsUsualSpelling("2025-01-17T00:00:00", false));
  EXPECT_FALSE(local.leaf().IsUsualSpelling("2025-01-17T00:00:00.0", false));
}

TEST(LeafBuilderTest, ManyValuesGiveTheDictionaryUp) {
  for (const TypeKind kind : {TypeKind::kString, TypeKind::kInt64}) {
    Column column(kind);
    std::vector<std::string> expected;
    for (int64_t i = 0; i < 50'000; ++i) {
      if (kind == TypeKind::kString) {
        column.PushString("unique " + std::to_string(i));
        expected.push_back("unique " + std::to_string(i));
      } else {
        column.PushInt(i * 7919);
        expected.push_back(Plain(i * 7919));
      }
      column.EndRow();
    }
    EXPECT_FALSE(column.leaf().uses_dictionary());
    const Decoded decoded = Decode(column.Finish(), kind == TypeKind::kString ? 0 : 8);
    EXPECT_EQ(decoded.values, expected);
    EXPECT_GT(decoded.plain_pages, 1U);
    EXPECT_TRUE(column.leaf().uses_dictionary()) << "the next row group begins anew";
  }
}

TEST(LeafBuilderTest, OnlyNullsCostNextToNothing) {
  Column column(TypeKind::kInt64);
  for (int i = 0; i < 100'000; ++i) {
    column.PushNull();
    column.EndRow();
  }
  const parquet::EncodedChunk chunk = column.Finish();
  ASSERT_EQ(chunk.pages.size(), 1U);
  EXPECT_EQ(chunk.pages[0].null_count, 100'000U);
  EXPECT_FALSE(chunk.has_dictionary);
  EXPECT_FALSE(chunk.bounds.has_value());
  EXPECT_LT(chunk.bytes.size(), 100U);
}

TEST(LeafBuilderTest, PagesEndByRowsAndByBytes) {
  Column rows(TypeKind::kBool);
  for (uint32_t i = 0; i < 3 * kPageRows + 5; ++i) {
    const uint8_t value[16] = {static_cast<uint8_t>(i % 2)};
    rows.leaf().AppendFixed(value, i, false);
    rows.leaf().presence().Add(i);
    rows.EndRow();
  }
  const parquet::EncodedChunk by_rows = rows.Finish();
  ASSERT_EQ(by_rows.pages.size(), 4U);
  for (size_t i = 0; i < 4; ++i) EXPECT_EQ(by_rows.pages[i].first_row, i * kPageRows);
  EXPECT_EQ(by_rows.pages[3].value_count, 5U);

  Column bytes(TypeKind::kString);
  for (int i = 0; i < 1'000; ++i) {
    bytes.PushString(std::to_string(i) + std::string(2'000, 'x'));
    bytes.EndRow();
  }
  const parquet::EncodedChunk by_bytes = bytes.Finish();
  EXPECT_GT(by_bytes.pages.size(), 10U);
  for (size_t i = 1; i < by_bytes.pages.size(); ++i) {  // the first held the former dictionary's
    EXPECT_LE(by_bytes.pages[i].size_bytes, kPlainPageBytes + 3'000);
  }
  EXPECT_EQ(Decode(by_bytes, 0).values.size(), 1'000U);
}

// Random rows, some taken back, through every change of form; values and rounded counts against a
// plain list.
TEST(LeafBuilderTest, RolledBackRowsLeaveNoValues) {
  for (uint32_t seed = 0; seed < 24; ++seed) {
    std::mt19937 random(seed);
    const bool strings = seed % 2 == 0;
    const bool in_list = seed % 4 >= 2;
    const uint32_t distinct = seed % 3 == 0 ? 50 : 1'000'000;
    Column column(strings ? TypeKind::kString : TypeKind::kInt64, in_list);
    std::vector<std::string> expected;
    uint64_t rounded = 0;
    for (int row = 0; row < 40'000; ++row) {
      column.BeginRow();
      std::vector<std::string> values;
      uint64_t rounded_in_row = 0;
      for (uint32_t count = in_list ? random() % 4 : random() % 2; count > 0; --count) {
        const int64_t number = random() % distinct;
        if (strings) {
          values.push_back(std::to_string(number));
          column.PushString(values.back());
        } else {
          const bool is_rounded = number % 10 == 0;
          values.push_back(Plain(number));
          column.PushInt(number, std::to_string(number), is_rounded);
          rounded_in_row += is_rounded;
        }
      }
      if (random() % 3 == 0) {
        column.RollbackRow();
        continue;
      }
      column.EndRow();
      expected.insert(expected.end(), values.begin(), values.end());
      rounded += rounded_in_row;
    }
    EXPECT_EQ(column.leaf().rounded_values(), rounded) << seed;
    const Decoded decoded = Decode(column.Finish(), strings ? 0 : 8, in_list);
    EXPECT_TRUE(decoded.values == expected) << seed;
  }
}

// The row that makes the dictionary too large is taken back.
TEST(LeafBuilderTest, RollbackAcrossTheGiveUp) {
  Column column(TypeKind::kInt64, /*in_list=*/true);
  std::vector<std::string> expected;
  for (int64_t i = 0; i < 100; ++i) {
    column.BeginRow();
    column.PushInt(i);
    expected.push_back(Plain(i));
    column.EndRow();
  }
  column.BeginRow();
  for (int64_t i = 0; i < 70'000; ++i) column.PushInt(1'000 + i, std::to_string(1'000 + i), true);
  EXPECT_FALSE(column.leaf().uses_dictionary());
  column.RollbackRow();
  EXPECT_EQ(column.leaf().rounded_values(), 0U);
  column.BeginRow();
  column.PushInt(5);
  expected.push_back(Plain(5));
  column.EndRow();
  EXPECT_EQ(Decode(column.Finish(), 8, /*in_list=*/true).values, expected);
}

}  // namespace
}  // namespace varve
