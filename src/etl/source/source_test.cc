#include "etl/source/source.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "etl/source/source_test_util.h"

namespace varve {
namespace {

using ::testing::HasSubstr;

SegmentPolicy TinyPolicy() {
  SegmentPolicy policy;
  policy.single_bytes = 100;
  policy.segment_bytes = 400;
  policy.block_bytes = 64;
  return policy;
}

std::string Lines(int count, std::string_view prefix) {
  std::string text;
  for (int i = 0; i < count; ++i) {
    text += std::string(prefix) + std::to_string(i) + std::string(i % 31, 'x') + "\n";
  }
  return text;
}

TEST(Source, ConcatenatesInputsInOrder) {
  TempDir dir;
  const std::string a = Lines(100, "a"), b = Lines(50, "b"), c = Lines(400, "c");
  SourceOptions options;
  options.inputs = {dir.Write("a", a),
                    dir.Write("b.gz", Gzip(b)),
                    dir.Write("empty", ""),
                    dir.Write("c.zst", Zstd(c)),
                    dir.Write("d", "\xEF\xBB\xBF{}"),
                    dir.Write("empty.gz", Gzip("")),
                    dir.Write("plain.gz", a),
                    dir.Write("tiny", "1")};
  auto source = OpenOrDie(options, TinyPolicy());
  const auto segments = ReadAll(source.get());
  EXPECT_EQ(Concat(segments), a + b + c + "{}" + a + "1");
  EXPECT_GT(segments.size(), 10u);
  for (size_t i = 0; i < segments.size(); ++i) EXPECT_EQ(segments[i].index, i);
  EXPECT_TRUE(source->errors().empty());
  EXPECT_LE(source->stored_bytes_read(), source->stored_bytes());
  EXPECT_EQ(source->stored_bytes_of(0), a.size());
}

TEST(Source, RandomInputsRoundTrip) {
  rc::check("blocks are the inputs", [] {
    TempDir dir;
    SourceOptions options;
    std::map<uint32_t, std::string> by_group;
    std::vector<uint32_t> group_order;
    const int files = *rc::gen::inRange(1, 6);
    for (int i = 0; i < files; ++i) {
      const auto lengths = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 200));
      std::string text;
      for (int length : lengths) text += std::string(length, static_cast<char>('a' + i)) + "\n";
      if (*rc::gen::arbitrary<bool>() && !text.empty()) text.pop_back();
      const size_t split = *rc::gen::inRange<size_t>(0, text.size() + 1);
      const std::string head = text.substr(0, split), tail = text.substr(split);
      const std::string bom = *rc::gen::arbitrary<bool>() ? "\xEF\xBB\xBF" : "";
      std::string stored;
      switch (*rc::gen::inRange(0, 3)) {
        case 0: stored = bom + text; break;
        case 1: stored = Gzip(bom + head) + Gzip(tail, 1); break;
        case 2: stored = Zstd(bom + head) + Zstd(tail); break;
      }
      options.inputs.push_back(dir.Write("f" + std::to_string(i), stored));
      const uint32_t group = *rc::gen::inRange(0, 2);
      options.groups.push_back(group);
      if (by_group.emplace(group, "").second) group_order.push_back(group);
      by_group[group] += text;
    }
    SegmentPolicy policy = TinyPolicy();
    policy.segment_bytes = *rc::gen::inRange(64, 2'000);
    policy.block_bytes = *rc::gen::inRange(1, 300);
    auto source = OpenOrDie(options, policy);
    std::string expected;
    for (uint32_t group : group_order) expected += by_group[group];
    const auto segments = ReadAll(source.get());
    RC_ASSERT(Concat(segments) == expected);
    for (const auto& segment : segments) {
      for (uint32_t file : segment.files) RC_ASSERT(options.groups[file] == segment.group);
    }
    RC_ASSERT(source->errors().empty());
  });
}

// The same segments whoever claims them; also exercises the feed's bound with claims that race.
TEST(Source, SegmentsDoNotDependOnThreads) {
  TempDir dir;
  SourceOptions options;
  options.inputs = {dir.Write("a", Lines(2'000, "a")), dir.Write("b.gz", Gzip(NoisyLines(100'000))),
                    dir.Write("c.zst", Zstd(NoisyLines(60'000, 33))),
                    dir.Write("d.gz", Gzip(Lines(30, "d")))};
  for (uint64_t readahead : {1, 10'000, 1 << 20}) {
    options.readahead_bytes = readahead;
    const auto expected = ReadAll(OpenOrDie(options, TinyPolicy()).get());
    auto source = OpenOrDie(options, TinyPolicy());
    std::mutex mutex;
    std::map<uint64_t, ReadSegment> found;
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        while (auto reader = source->Claim()) {
          ReadSegment segment = ReadOne(reader.get());
          std::lock_guard lock(mutex);
          found.emplace(segment.index, std::move(segment));
        }
      });
    }
    for (auto& thread : threads) thread.join();
    ASSERT_EQ(found.size(), expected.size());
    for (const auto& segment : expected) EXPECT_EQ(found.at(segment.index), segment);
  }
}

TEST(Source, DroppedReadersDoNotBlockOthers) {
  TempDir dir;
  SourceOptions options;
  options.inputs = {dir.Write("b.gz", Gzip(NoisyLines(50'000)))};
  options.readahead_bytes = 1;
  auto source = OpenOrDie(options, TinyPolicy());
  size_t segments = 0;
  Block block;
  while (auto reader = source->Claim()) {
    if (++segments % 2 == 0) reader->Next(&block);
  }
  EXPECT_GT(segments, 50u);
}

TEST(Source, AbandonedStreamsEnd) {
  TempDir dir;
  SourceOptions options;
  options.inputs = {dir.Write("a.gz", Gzip(NoisyLines(50'000))),
                    dir.Write("b.gz", Gzip(NoisyLines(50'000)))};
  options.readahead_bytes = 1;
  auto source = OpenOrDie(options, TinyPolicy());
  auto reader = source->Claim();
  Block block;
  EXPECT_TRUE(reader->Next(&block));
  reader.reset();
  source.reset();
}

struct Failure {
  const char* name;
  std::string stored;
  const char* code;
};

std::vector<Failure> Failures() {
  const std::string text = NoisyLines(3'000);
  std::string bad_crc = Gzip(text);
  bad_crc[bad_crc.size() - 6] ^= 1;
  std::string bad_zstd = Zstd(text);
  bad_zstd.back() ^= 1;
  return {{"bad_crc", bad_crc, "corrupt_gzip"},
          {"gzip_garbage", Gzip(text) + "x", "corrupt_gzip"},
          {"gzip_cut", Gzip(text).substr(0, 1'000), "truncated_gzip"},
          {"bad_zstd", bad_zstd, "corrupt_zstd"},
          {"zstd_cut", Zstd(text).substr(0, 1'000), "truncated_zstd"}};
}

TEST(Source, AFailingInputInTheMiddleHarmsNoOther) {
  for (const Failure& failure : Failures()) {
    for (uint64_t segment_bytes : {400, 1 << 20}) {  // a stream, and within one segment
      TempDir dir;
      SourceOptions options;
      options.inputs = {dir.Write("a", "1\n"), dir.Write(failure.name, failure.stored),
                        dir.Write("z", "2\n")};
      SegmentPolicy policy = TinyPolicy();
      policy.segment_bytes = segment_bytes;
      auto source = OpenOrDie(options, policy);
      const std::string text = Concat(ReadAll(source.get()));
      EXPECT_TRUE(text.starts_with("1\n") && text.ends_with("2\n")) << failure.name;
      ASSERT_EQ(source->errors().size(), 1u) << failure.name;
      const SourceError error = source->errors()[0];
      EXPECT_EQ(error.code, failure.code);
      EXPECT_EQ(error.file, 1u);
      EXPECT_GT(error.offset, 0u);
      EXPECT_LE(error.offset, failure.stored.size());
      EXPECT_THAT(error.message, HasSubstr(options.inputs[1]));
      EXPECT_EQ(source->failed_files(), std::vector<uint32_t>{1});
    }
  }
}

TEST(Source, InputsThatCannotBeOpened) {
  TempDir dir;
  SourceOptions options;
  options.inputs = {dir.path() + "/missing", dir.path(), dir.Write("a", "1\n"),
                    dir.Write("secret", "2\n")};
  chmod(options.inputs[3].c_str(), 0);
  const bool is_root = geteuid() == 0;  // root reads everything
  auto source = OpenOrDie(options);
  const auto errors = source->errors();
  ASSERT_EQ(errors.size(), is_root ? 2u : 3u);
  EXPECT_EQ(errors[0].code, "not_found");
  EXPECT_THAT(errors[0].message, HasSubstr("missing"));
  EXPECT_EQ(errors[1].code, "is_directory");
  EXPECT_EQ(errors.back().code, is_root ? "is_directory" : "permission");
  EXPECT_EQ(Concat(ReadAll(source.get())), is_root ? "1\n2\n" : "1\n");
}

TEST(Source, ChangedFilesFail) {
  TempDir dir;
  SourceOptions options;
  options.inputs = {dir.Write("grows", Lines(10, "a")), dir.Write("shrinks", Lines(100, "b")),
                    dir.Write("vanishes", "1\n"), dir.Write("stays", "2\n")};
  auto source = OpenOrDie(options);
  dir.Write("grows", Lines(11, "a"));
  dir.Write("shrinks", "");
  unlink(options.inputs[2].c_str());
  const std::string text = Concat(ReadAll(source.get()));
  EXPECT_TRUE(text.ends_with("2\n"));
  const auto errors = source->errors();
  ASSERT_EQ(errors.size(), 3u);
  EXPECT_EQ(errors[0].code, "changed_while_reading");
  EXPECT_EQ(errors[1].code, "changed_while_reading");
  EXPECT_EQ(errors[2].code, "not_found");
}

TEST(Source, DecompressionLimits) {
  TempDir dir;
  const std::string zeros(96 << 20, '\0');
  SourceOptions options;
  options.inputs = {dir.Write("bomb.gz", Gzip(zeros, 9))};
  options.decompression_ratio_max = 500;
  {
    auto source = OpenOrDie(options);
    ReadAll(source.get());
    ASSERT_EQ(source->errors().size(), 1u);
    EXPECT_EQ(source->errors()[0].code, "decompression_limit");
    EXPECT_THAT(source->errors()[0].message, HasSubstr("--max-decompression-ratio"));
  }
  options.decompression_ratio_max = 2'000;
  {
    auto source = OpenOrDie(options);
    auto reader = source->Claim();
    Block block;
    ASSERT_TRUE(reader->Next(&block));
    EXPECT_TRUE(block.oversized);
    EXPECT_EQ(block.line_bytes, zeros.size());
    EXPECT_FALSE(reader->Next(&block));
    EXPECT_TRUE(source->errors().empty());
  }
  options.decompressed_bytes_max = 1 << 20;
  auto source = OpenOrDie(options);
  ReadAll(source.get());
  ASSERT_EQ(source->errors().size(), 1u);
  EXPECT_EQ(source->errors()[0].code, "decompression_limit");
  EXPECT_THAT(source->errors()[0].message, HasSubstr("--max-decompressed-bytes"));
}

// Puts a pipe in the place of standard input while it lives, and writes to it.
class StdinPipe {
 public:
  explicit StdinPipe(std::string text) {
    int ends[2];
    EXPECT_EQ(pipe(ends), 0);
    saved_ = dup(STDIN_FILENO);
    dup2(ends[0], STDIN_FILENO);
    close(ends[0]);
    writer_ = std::thread([text = std::move(text), fd = ends[1]] {
      for (size_t done = 0; done < text.size();) {
        const ssize_t size =
            write(fd, text.data() + done, std::min<size_t>(text.size() - done, 777));
        if (size <= 0) break;
        done += static_cast<size_t>(size);
      }
      close(fd);
    });
  }
  ~StdinPipe() {
    writer_.join();
    dup2(saved_, STDIN_FILENO);
    close(saved_);
  }

 private:
  int saved_;
  std::thread writer_;
};

TEST(Source, StdinIsSampledReadAndSpooled) {
  const std::string text = "\xEF\xBB\xBF" + Lines(3'000, "s");
  for (const std::string& stored : {text, Gzip(text), Zstd(text), std::string("1")}) {
    TempDir dir;
    StdinPipe pipe(stored);
    SourceOptions options;
    options.inputs = {dir.Write("a", "first\n"), "-"};
    options.stdin_spool_path = dir.path() + "/spool";
    const std::string expected = "first\n" + (stored == "1" ? stored : text.substr(3));
    {
      auto source = OpenOrDie(options, TinyPolicy());
      EXPECT_EQ(source->stored_bytes(), 0u);
      auto samples = source->Sample(4, 100);
      ASSERT_TRUE(samples.ok());
      ASSERT_GE(samples->size(), 2u);
      EXPECT_EQ((*samples)[0], "first\n");
      EXPECT_TRUE(expected.substr(6).starts_with((*samples)[1]));
      EXPECT_EQ(Concat(ReadAll(source.get())), expected);
      EXPECT_EQ(source->stored_bytes_of(1), stored.size());
      EXPECT_EQ(source->reread_path(1), options.stdin_spool_path);
    }
    options.inputs[1] = options.stdin_spool_path;
    options.stdin_spool_path.clear();
    EXPECT_EQ(Concat(ReadAll(OpenOrDie(options, TinyPolicy()).get())), expected);
  }
}

TEST(Source, CancelEndsReading) {
  TempDir dir;
  SourceOptions options;
  options.inputs = {dir.Write("a", Lines(1'000, "a")), dir.Write("b.gz", Gzip(NoisyLines(50'000)))};
  std::atomic<bool> cancel{false};
  auto source = FileSource::Open(options, &cancel, TinyPolicy());
  ASSERT_TRUE(source.ok());
  auto reader = (*source)->Claim();
  Block block;
  EXPECT_TRUE(reader->Next(&block));
  cancel = true;
  EXPECT_FALSE(reader->Next(&block));
  EXPECT_EQ((*source)->Claim(), nullptr);
  EXPECT_TRUE((*source)->errors().empty());
}

TEST(Source, PipesCanBeRereadOnlyFromTheirCopy) {
  TempDir dir;
  const std::string text = "12345\n";
  for (const bool spool : {false, true}) {
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    ASSERT_EQ(write(ends[1], text.data(), text.size()), std::ssize(text));
    close(ends[1]);
    SourceOptions options;
    options.inputs = {dir.Write("a", ""), "/dev/fd/" + std::to_string(ends[0])};
    if (spool) options.stdin_spool_path = dir.path() + "/spool";
    auto source = OpenOrDie(options);
    EXPECT_EQ(Concat(ReadAll(source.get())), text);
    close(ends[0]);
    EXPECT_EQ(source->reread_path(0), options.inputs[0]);
    EXPECT_EQ(source->reread_path(1), spool ? dir.path() + "/spool.1" : "");
    if (!spool) continue;
    SourceOptions again;
    again.inputs = {source->reread_path(1)};
    EXPECT_EQ(Concat(ReadAll(OpenOrDie(again).get())), text);
  }
}

// The pipe's writer never writes: only cancelling ends the wait.
TEST(Source, CancelEndsWaitingForStdin) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  ASSERT_EQ(write(ends[1], "12345\n", 6), 6);
  const std::string path = "/dev/fd/" + std::to_string(ends[0]);
  std::atomic<bool> cancel{false};
  SourceOptions options;
  options.inputs = {path};
  auto source = FileSource::Open(options, &cancel, TinyPolicy());
  ASSERT_TRUE(source.ok());
  std::thread canceller([&] { cancel = true; });
  EXPECT_EQ((*source)->Claim(), nullptr);
  canceller.join();
  close(ends[0]);
  close(ends[1]);
}

TEST(Source, SamplesSpreadOverPlainInputs) {
  TempDir dir;
  std::string text = "\xEF\xBB\xBF";
  for (int i = 100'000; i < 200'000; ++i) text += std::to_string(i) + "\n";
  SourceOptions options;
  options.inputs = {dir.Write("a", text.substr(0, 300'003)), dir.Write("b", text.substr(300'003))};
  auto source = OpenOrDie(options);
  auto samples = source->Sample(5, 70);
  ASSERT_TRUE(samples.ok());
  ASSERT_EQ(samples->size(), 5u);
  EXPECT_TRUE((*samples)[0].starts_with("100000\n100001\n"));
  EXPECT_TRUE((*samples)[4].ends_with("199999\n"));
  for (size_t i = 0; i < 5; ++i) {
    const std::string& sample = (*samples)[i];
    EXPECT_LE(sample.size(), 71u);
    EXPECT_EQ(sample.size() % 7, 0u);  // whole lines
    EXPECT_NEAR(std::stod(sample), 100'000 + 25'000.0 * static_cast<double>(i), 20);
  }
  EXPECT_EQ(Concat(ReadAll(source.get())), text.substr(3));  // nothing was consumed
}

TEST(Source, SamplesOfSmallLongAndCompressedInputs) {
  TempDir dir;
  SourceOptions options;
  for (int i = 0; i < 20; ++i) options.inputs.push_back(dir.Write("s" + std::to_string(i), "{}"));
  auto samples = OpenOrDie(options)->Sample(1, 1'000);
  ASSERT_TRUE(samples.ok());
  ASSERT_EQ(samples->size(), 1u);
  EXPECT_EQ((*samples)[0].size(), 60u);

  const std::string line = std::string(5'000, 'x') + "\n";
  options.inputs = {dir.Write("long", line + line + line)};
  samples = OpenOrDie(options)->Sample(3, 100);
  ASSERT_TRUE(samples.ok());
  EXPECT_TRUE((*samples)[0].starts_with(line));

  options.inputs = {dir.Write("a.gz", Gzip(Lines(100, "a"))), dir.Write("b.gz", "\x1f\x8b\x08zz")};
  samples = OpenOrDie(options)->Sample(4, 100);
  ASSERT_TRUE(samples.ok());
  ASSERT_EQ(samples->size(), 2u);
  EXPECT_EQ((*samples)[0] + (*samples)[1],
            Lines(100, "a").substr(0, (*samples)[0].size() + (*samples)[1].size()));
  EXPECT_EQ((*samples)[0].back(), '\n');
}

// However a file is cut into ranges, each line is in exactly one: that of its first byte.
TEST(Source, RangesShareTheLinesAmongThem) {
  rc::check("ranges together are the file", [] {
    const TempDir dir;
    std::string text = *rc::gen::arbitrary<bool>() ? "\xEF\xBB\xBF" : "";
    for (int length : *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 90))) {
      text += std::string(static_cast<size_t>(length), 'a') + "\n\xEF\xBB\xBF";
    }
    const std::string path = dir.Write("f", text);
    std::string together;
    for (uint64_t begin = 0, end = 0; begin < text.size(); begin = end) {
      end = begin + *rc::gen::inRange<uint64_t>(1, text.size() + 1);
      SourceOptions options;
      options.inputs = {path, path};
      options.ranges = {{begin, end}, {end, end}};
      options.groups = {0, 1};
      auto source = OpenOrDie(options, TinyPolicy());
      const auto samples = source->Sample(2, 40);
      RC_ASSERT(samples.ok());
      const std::string lines = Concat(ReadAll(source.get()));
      for (const std::string& sample : *samples) {
        RC_ASSERT((lines + "\n").find(sample) != std::string::npos);
      }
      RC_ASSERT(source->errors().empty());
      RC_ASSERT(source->stored_bytes() == std::min<uint64_t>(end, text.size()) - begin);
      together += lines;
    }
    RC_ASSERT(together == (text.starts_with("\xEF") ? text.substr(3) : text));
  });
}

TEST(Source, OnlyPlainFilesHaveRanges) {
  const TempDir dir;
  SourceOptions options;
  options.inputs = {dir.Write("a.gz", Gzip("{}\n")), dir.Write("b", "{}\n{}\n")};
  options.ranges = {{0, 10}, {1, 10}};
  auto source = OpenOrDie(options);
  EXPECT_EQ(Concat(ReadAll(source.get())), "{}\n");
  ASSERT_EQ(source->errors().size(), 1u);
  EXPECT_EQ(source->errors()[0].code, "not_plain");
}

TEST(Source, RefusesNonsense) {
  SourceOptions options;
  options.inputs = {"-", "-"};
  EXPECT_FALSE(Source::Open(options, nullptr).ok());
  options.inputs = {"a", "b"};
  options.groups = {1};
  EXPECT_FALSE(Source::Open(options, nullptr).ok());
  options.groups.clear();
  options.ranges = {{0, 1}};
  EXPECT_FALSE(Source::Open(options, nullptr).ok());
}

}  // namespace
}  // namespace varve
