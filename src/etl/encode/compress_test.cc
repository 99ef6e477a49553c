#include "etl/encode/compress.h"

#include <gtest/gtest.h>
#include <pthread.h>
#include <rapidcheck/gtest.h>
#include <sys/mman.h>

#include <array>
#include <string>
#include <utility>
#include <vector>

namespace varve {
namespace {

constexpr Codec kCodecs[] = {Codec::kNone, Codec::kSnappy, Codec::kGzip, Codec::kZstd,
                             Codec::kLz4Raw};

std::span<const uint8_t> AsBytes(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

std::string RoundTrip(Codec codec, int level, std::string_view text) {
  Buffer packed;
  Buffer unpacked;
  unpacked.Append("kept");
  const Status compressed = Compress(codec, level, AsBytes(text), &packed);
  EXPECT_TRUE(compressed.ok()) << compressed.error().message;
  const Status status = Decompress(codec, packed.bytes(), text.size(), &unpacked);
  EXPECT_TRUE(status.ok()) << CodecName(codec) << ": " << status.error().message;
  EXPECT_EQ(unpacked.view().substr(0, 4), "kept");
  return std::string(unpacked.view().substr(4));
}

RC_GTEST_PROP(CompressPropertyTest, RoundTrips, (const std::string& seed)) {
  std::string text = seed;
  const int doublings = *rc::gen::inRange(0, 12);
  for (int i = 0; i < doublings; ++i) text += text;
  for (const Codec codec : kCodecs) RC_ASSERT(RoundTrip(codec, 0, text) == text);
}

TEST(CompressTest, IncompressibleInputFits) {
  std::string noise;
  uint64_t state = 1;
  for (int i = 0; i < 300'000; ++i) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    noise.push_back(static_cast<char>(state >> 56));
  }
  for (const Codec codec : kCodecs) EXPECT_EQ(RoundTrip(codec, 0, noise), noise);
}

// Leaves `filler` all over the stack that the next call will use.
[[gnu::noinline]] void FillStack(uint16_t filler) {
  std::array<volatile uint16_t, 100'000> stack;
  for (volatile uint16_t& word : stack) word = filler;
}

// A field that a library leaves unset makes pages differ from run to run, rarely and on one machine
// only.
TEST(CompressTest, OutputDoesNotDependOnTheStack) {
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += std::to_string(i * i % 1009) + ",";
  for (const Codec codec : kCodecs) {
    Buffer first;
    FillStack(0);
    ASSERT_TRUE(Compress(codec, 0, AsBytes(text), &first).ok());
    for (uint16_t filler = 1; filler < 16; ++filler) {
      Buffer again;
      FillStack(filler);
      ASSERT_TRUE(Compress(codec, 0, AsBytes(text), &again).ok());
      EXPECT_EQ(again.view(), first.view()) << CodecName(codec) << " " << filler;
    }
  }
}

TEST(CompressTest, LevelsAreChecked) {
  Buffer out;
  const auto input = AsBytes("some text");
  EXPECT_EQ(RoundTrip(Codec::kZstd, 19, "some text"), "some text");
  for (const auto& [codec, level] :
       {std::pair(Codec::kSnappy, 1), std::pair(Codec::kGzip, 1), std::pair(Codec::kZstd, 23),
        std::pair(Codec::kZstd, -1), std::pair(Codec::kNone, 1), std::pair(Codec::kLz4Raw, 9)}) {
    const Status status = Compress(codec, level, input, &out);
    ASSERT_FALSE(status.ok()) << CodecName(codec);
    EXPECT_EQ(status.error().code, Code::kInvalidArgument);
  }
  EXPECT_TRUE(out.empty());
}

// Compresses on a stack somewhere around `address`: that is where codecs keep their state.
Buffer CompressedOnStackAt(uint64_t address, Codec codec, std::string_view in) {
  constexpr size_t kStackBytes = 1 << 20;
  void* const stack = mmap(reinterpret_cast<void*>(address), kStackBytes, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  EXPECT_NE(stack, MAP_FAILED);
  struct Work {
    Codec codec;
    std::string_view in;
    Buffer out;
  } work{codec, in, {}};
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstack(&attributes, stack, kStackBytes);
  const auto run = [](void* argument) -> void* {
    auto* task = static_cast<Work*>(argument);
    EXPECT_TRUE(Compress(task->codec, 0, AsBytes(task->in), &task->out).ok());
    return nullptr;
  };
  pthread_t thread;
  EXPECT_EQ(pthread_create(&thread, &attributes, run, &work), 0);
  pthread_join(thread, nullptr);
  pthread_attr_destroy(&attributes);
  munmap(stack, kStackBytes);
  return std::move(work.out);
}

TEST(CompressTest, BytesDoNotDependOnAddresses) {
  using namespace std::string_literals;
  const std::string page =  // of levels and integers
      "\x03\0\0\0\x86\x06\0\x31\0\0\0\x86\x02\0\x0d\x49\x92\x20\x49\x92\x24\xa1\x90\x24\x4c\x92"
      "\x28\x49\x90\x24\x09\x92\x24\x2c\x01\x0f\x0c\x93\x24\x49\x92\x24\x50\x92\x24\x49\xc2\x04\x49"
      "\x92\x24\x4c\x92\x24\x49\x12\x24\x84\x02\0\x58\x05\xf5\xff\x89\x4e\0\0\0\0\0\0\x58\x05"
      "\xf5\xff\x58\x05\xf5\xff\x46\x4d\0\0"s;
  for (const Codec codec : kCodecs) {
    Buffer first;
    ASSERT_TRUE(Compress(codec, 0, AsBytes(page), &first).ok());
    for (uint64_t i = 1; i <= 500; ++i) {
      const uint64_t address = (i * 0x9E3779B97F4A7C15u >> 17) & ~uint64_t{0xFFF};  // all over
      const Buffer other = CompressedOnStackAt(address, codec, page);
      ASSERT_EQ(other.view(), first.view()) << CodecName(codec) << " at " << address;
    }
  }
}

TEST(DecompressTest, GzipMayHaveManyMembers) {
  Buffer packed;
  Buffer out;
  ASSERT_TRUE(Compress(Codec::kGzip, 0, AsBytes("one, "), &packed).ok());
  ASSERT_TRUE(Compress(Codec::kGzip, 0, AsBytes("two"), &packed).ok());
  ASSERT_TRUE(Decompress(Codec::kGzip, packed.bytes(), 8, &out).ok());
  EXPECT_EQ(out.view(), "one, two");
}

TEST(DecompressTest, TheSizeMustBeExact) {
  const std::string text(1000, 'x');
  for (const Codec codec : kCodecs) {
    Buffer packed;
    Buffer out;
    ASSERT_TRUE(Compress(codec, 0, AsBytes(text), &packed).ok());
    for (const size_t wrong : {size_t{0}, size_t{999}, size_t{1001}, size_t{1} << 31}) {
      const Status status = Decompress(codec, packed.bytes(), wrong, &out);
      ASSERT_FALSE(status.ok()) << CodecName(codec) << ' ' << wrong;
      EXPECT_EQ(status.error().code, Code::kCorrupt);
    }
    EXPECT_TRUE(out.empty());
  }
}

TEST(DecompressTest, DamageIsRefused) {
  const std::string text = "the quick brown fox jumps over the lazy dog, the quick brown fox";
  for (const Codec codec : {Codec::kSnappy, Codec::kGzip, Codec::kZstd, Codec::kLz4Raw}) {
    Buffer packed;
    Buffer out;
    ASSERT_TRUE(Compress(codec, 0, AsBytes(text), &packed).ok());
    for (size_t size = 0; size < packed.size(); ++size) {
      EXPECT_FALSE(Decompress(codec, packed.bytes().first(size), text.size(), &out).ok())
          << CodecName(codec) << " cut at " << size;
    }
    packed.AppendByte(0);
    EXPECT_FALSE(Decompress(codec, packed.bytes(), text.size(), &out).ok()) << CodecName(codec);
  }
}

}  // namespace
}  // namespace varve
