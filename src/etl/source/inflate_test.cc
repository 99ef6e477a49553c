#include <gtest/gtest.h>

#include <string>

#include "etl/source/inflate_gzip.h"
#include "etl/source/inflate_zstd.h"
#include "etl/source/memory_stream.h"
#include "etl/source/source_test_util.h"

namespace varve {
namespace {

struct Inflated {
  std::string text;
  std::string failure;  // empty: none
};

template <typename Inflater>
Inflated Inflate(std::string_view stored, size_t input_step = SIZE_MAX, size_t output_step = 4096) {
  MemoryStream memory(stored, input_step);
  Inflater inflater(&memory);
  Inflated result;
  std::string piece(output_step, '\0');
  for (;;) {
    auto size = inflater.Read({piece.data(), piece.size()});
    if (!size.ok()) {
      EXPECT_FALSE(size.error().message.empty());
      EXPECT_LE(inflater.stored_offset(), stored.size());
      result.failure = std::string(inflater.failure_code());
      return result;
    }
    if (*size == 0) break;
    result.text.append(piece.data(), *size);
  }
  EXPECT_EQ(inflater.stored_offset(), stored.size());
  return result;
}

TEST(GzipInflater, GivesAllMembersWhateverTheSteps) {
  const std::string first = NoisyLines(70'000);
  const std::string stored = Gzip(first) + Gzip("") + Gzip("{\"a\":") + Gzip("1}\n", 0);
  const std::string expected = first + "{\"a\":1}\n";
  for (size_t input_step : {size_t{1}, size_t{2}, size_t{7}, size_t{1000}, SIZE_MAX}) {
    for (size_t output_step : {1, 13, 4096, 1 << 20}) {
      const Inflated result = Inflate<GzipInflater>(stored, input_step, output_step);
      EXPECT_EQ(result.failure, "") << input_step << " " << output_step;
      EXPECT_EQ(result.text, expected) << input_step << " " << output_step;
    }
  }
}

// Wherever the input ends within a header, and whatever the header of the member before held.
TEST(GzipInflater, ReadsOptionalHeaderFields) {
  std::string fields("\x04\0abcdname\0comment\0", 19);
  std::string full = Gzip("x\n");
  full[3] = 0x02 | 0x04 | 0x08 | 0x10;  // FHCRC, FEXTRA, FNAME, FCOMMENT
  full.insert(10, fields);
  const uLong crc = crc32(0, reinterpret_cast<const Bytef*>(full.data()), 10 + 19);
  full.insert(29, {static_cast<char>(crc), static_cast<char>(crc >> 8)});
  std::string named = Gzip("y\n");
  named[3] = 0x08;
  named.insert(10, std::string("y.ndjson\0", 9));
  const std::string stored = full + Gzip("-\n") + named + full;
  for (size_t step = 1; step <= stored.size(); ++step) {
    const Inflated result = Inflate<GzipInflater>(stored, step);
    EXPECT_EQ(result.failure, "") << step;
    EXPECT_EQ(result.text, "x\n-\ny\nx\n") << step;
  }
}

TEST(GzipInflater, EveryTruncationIsSeen) {
  const std::string stored = Gzip("{\"a\":1}\n") + Gzip("{\"b\":2}\n");
  const size_t member = Gzip("{\"a\":1}\n").size();
  for (size_t size = 1; size < stored.size(); ++size) {
    for (size_t step : {size_t{1}, SIZE_MAX}) {
      const Inflated result = Inflate<GzipInflater>(stored.substr(0, size), step);
      EXPECT_EQ(result.failure, size == member ? "" : "truncated_gzip") << size;
    }
  }
}

TEST(GzipInflater, WrongChecksumAndLengthAreSeen) {
  const std::string good = Gzip(NoisyLines(5'000));
  for (size_t from_end = 1; from_end <= 8; ++from_end) {
    for (size_t step : {size_t{1}, size_t{3}, SIZE_MAX}) {
      std::string bad = good;
      bad[bad.size() - from_end] ^= 1;
      EXPECT_EQ(Inflate<GzipInflater>(bad, step).failure, "corrupt_gzip") << from_end;
      bad += good;  // also when another member follows
      EXPECT_EQ(Inflate<GzipInflater>(bad, step).failure, "corrupt_gzip") << from_end;
    }
  }
}

// Some bits mean nothing (codes never used, padding): then the text must be the same.
TEST(GzipInflater, ChangedDataNeverPasses) {
  const std::string text = NoisyLines(300);
  const std::string good = Gzip(text);
  for (size_t i = 10; i < good.size() - 8; ++i) {
    std::string bad = good;
    bad[i] ^= 0x10;
    const Inflated result = Inflate<GzipInflater>(bad);
    EXPECT_TRUE(result.failure != "" || result.text == text) << i;
  }
}

TEST(GzipInflater, PaddingIsFineOtherTrailersAreNot) {
  const std::string good = Gzip("x\n");
  for (size_t step : {size_t{1}, SIZE_MAX}) {
    EXPECT_EQ(Inflate<GzipInflater>(good + std::string(100'000, '\0'), step).failure, "");
    EXPECT_EQ(Inflate<GzipInflater>(good + std::string(1, '\0'), step).failure, "");
    EXPECT_EQ(Inflate<GzipInflater>(good + "x", step).failure, "corrupt_gzip");
    EXPECT_EQ(Inflate<GzipInflater>(good + std::string(5, '\0') + good, step).failure,
              "corrupt_gzip");
    EXPECT_EQ(Inflate<GzipInflater>(good + "\x1f\x8c........", step).failure, "corrupt_gzip");
  }
}

TEST(ZstdInflater, GivesAllFramesWhateverTheSteps) {
  const std::string first = NoisyLines(300'000);
  const std::string skippable("\x52\x2a\x4d\x18\x03\x00\x00\x00???", 11);
  const std::string stored =
      skippable + Zstd(first) + skippable + Zstd("") + Zstd("{\"a\":") + Zstd("1}\n") + skippable;
  for (size_t input_step : {size_t{1}, size_t{7}, SIZE_MAX}) {
    for (size_t output_step : {1, 4096, 1 << 20}) {
      const Inflated result = Inflate<ZstdInflater>(stored, input_step, output_step);
      EXPECT_EQ(result.failure, "");
      EXPECT_EQ(result.text, first + "{\"a\":1}\n");
    }
  }
}

TEST(ZstdInflater, EveryTruncationIsSeen) {
  const std::string stored = Zstd("{\"a\":1}\n") + Zstd(std::string(1'000, 'x'));
  const size_t frame = Zstd("{\"a\":1}\n").size();
  for (size_t size = 1; size < stored.size(); ++size) {
    const Inflated result = Inflate<ZstdInflater>(stored.substr(0, size));
    EXPECT_EQ(result.failure, size == frame ? "" : "truncated_zstd") << size;
  }
}

TEST(ZstdInflater, ChecksumAndGarbageAreSeen) {
  const std::string good = Zstd(NoisyLines(5'000));
  std::string bad = good;
  bad.back() ^= 1;
  EXPECT_EQ(Inflate<ZstdInflater>(bad).failure, "corrupt_zstd");
  EXPECT_EQ(Inflate<ZstdInflater>(good + "garbage").failure, "corrupt_zstd");
}

TEST(ZstdInflater, HugeWindowIsRefused) {
  // Frame header: no single segment, window descriptor exponent 31.
  const std::string stored("\x28\xb5\x2f\xfd\x00\xa8\x01\x00\x00", 9);
  EXPECT_EQ(Inflate<ZstdInflater>(stored).failure, "decompression_limit");
}

}  // namespace
}  // namespace varve
