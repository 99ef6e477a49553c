#include "etl/parquet/page_header.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "etl/parquet/thrift_compact.h"

namespace varve::parquet {
namespace {

std::span<const uint8_t> AsBytes(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

TEST(PageHeaderTest, CrcIsThatOfZlib) {
  EXPECT_EQ(PageCrc(AsBytes("123456789")), 0xCBF43926U);
  EXPECT_EQ(PageCrc({}), 0U);
}

TEST(PageHeaderTest, DataPageComesBack) {
  Buffer out;
  AppendDataPageHeaderV1(70'000, Encoding::kRleDictionary, 1000, AsBytes("123456789"), &out);
  const Result<PageHeader> header = ReadPageHeader(out.bytes(), 0);
  ASSERT_TRUE(header.ok()) << header.error().message;
  EXPECT_EQ(header->type, PageType::kData);
  EXPECT_EQ(header->uncompressed_bytes, 1000);
  EXPECT_EQ(header->compressed_bytes, 9);
  EXPECT_EQ(header->crc, 0xCBF43926U);
  EXPECT_EQ(header->value_count, 70'000);
  EXPECT_EQ(header->encoding, 8);
  EXPECT_EQ(header->definition_encoding, 3);
  EXPECT_EQ(header->repetition_encoding, 3);
  EXPECT_EQ(header->header_bytes, out.size());
}

TEST(PageHeaderTest, DictionaryPageComesBack) {
  Buffer out;
  AppendDictionaryPageHeader(12, 34, AsBytes("x"), &out);
  const Result<PageHeader> header = ReadPageHeader(out.bytes(), 0);
  ASSERT_TRUE(header.ok()) << header.error().message;
  EXPECT_EQ(header->type, PageType::kDictionary);
  EXPECT_EQ(header->value_count, 12);
  EXPECT_EQ(header->encoding, 0);
}

TEST(PageHeaderTest, CutsAndNegativeNumbersAreRefused) {
  Buffer out;
  AppendDataPageHeaderV1(5, Encoding::kPlain, 40, AsBytes("abc"), &out);
  for (size_t size = 0; size < out.size(); ++size) {
    EXPECT_FALSE(ReadPageHeader(out.bytes().first(size), 0).ok()) << size;
  }
  Buffer negative;
  AppendDictionaryPageHeader(static_cast<uint32_t>(-1), 4, AsBytes("x"), &negative);
  const Result<PageHeader> header = ReadPageHeader(negative.bytes(), 77);
  ASSERT_FALSE(header.ok());
  EXPECT_EQ(header.error().message, "page header at offset 77: negative number in a page header");
}

TEST(PageHeaderTest, ATypeNeedsItsOwnPart) {
  Buffer out;
  CompactWriter writer(&out);
  writer.BeginStruct();
  writer.I32(1, 2);
  writer.I32(2, 1);
  writer.I32(3, 1);
  writer.BeginStruct(5);
  writer.EndStruct();
  writer.EndStruct();
  EXPECT_FALSE(ReadPageHeader(out.bytes(), 0).ok());
}

RC_GTEST_PROP(PageHeaderPropertyTest, SurvivesGarbage, (const std::vector<uint8_t>& garbage)) {
  const Result<PageHeader> header = ReadPageHeader(garbage, 0);
  const bool inside = !header.ok() || header->header_bytes <= garbage.size();
  RC_ASSERT(inside);
}

}  // namespace
}  // namespace varve::parquet
