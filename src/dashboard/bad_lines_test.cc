#include "dashboard/bad_lines.h"

#include <gtest/gtest.h>

#include "support/pipeline_fixture.h"

namespace varve::dashboard {
namespace {

class BadLinesTest : public PipelineFixture {
 protected:
  // A completed batch of one file, whose quarantine file holds `content`.
  std::string Quarantined(const std::string& key, const std::string& content) {
    FileRecord file;
    file.pipeline = "orders";
    file.object.ref = {"landing", key, "v1"};
    file.first_seen_us = file.updated_us = clock.NowUs();
    EXPECT_TRUE(tracker.Register(file, "").ok());
    const int64_t now_us = clock.NowUs();
    ClaimRequest request{"orders", "2025-01-17", {file.object.ref}, "p1", now_us, now_us + 1};
    const BatchRecord claimed = *tracker.Claim(request);
    const std::string object = "_quarantine/" + QuarantineName(claimed.id);
    EXPECT_TRUE(output.Put(object, content, PutCondition::kAlways).ok());
    const BatchRecord begun = *tracker.Begin(claimed, now_us);
    const BatchRecord recorded =
        *tracker.RecordOutputs(begun, {{"staged", object, 0, content.size(), "", true}}, now_us);
    EXPECT_TRUE(
        tracker.Complete(recorded, {{file.object.ref, {1, 0, 1, 0}, ""}}, 1, 0, now_us).ok());
    return claimed.id;
  }

  static std::string Record(const std::string& file, int line, const std::string& raw = "{\\\"a") {
    return R"({"file":")" + file + R"(","line":)" + std::to_string(line) +
           R"(,"offset":7,"code":"truncated","message":"cut off","raw":")" + raw + "\"}\n";
  }

  BadLinePage Read(const BadLineFilter& filter = {}, const std::string& after = "",
                   size_t limit = 100) {
    auto page = ReadBadLines(tracker, output, "orders", filter, after, limit);
    EXPECT_TRUE(page.ok()) << page.error().message;
    return page.ok() ? *page : BadLinePage{};
  }

  // All lines, a page of `limit` at a time.
  std::vector<uint64_t> Numbers(const BadLineFilter& filter, size_t limit) {
    std::vector<uint64_t> numbers;
    std::string after;
    do {
      const BadLinePage page = Read(filter, after, limit);
      EXPECT_LE(page.lines.size(), limit);
      for (const BadLine& line : page.lines) numbers.push_back(line.line);
      after = page.next;
    } while (!after.empty());
    return numbers;
  }
};

TEST_F(BadLinesTest, NoneIsAnEmptyPage) {
  EXPECT_TRUE(Read().lines.empty());
  EXPECT_TRUE(Read().next.empty());
}

TEST_F(BadLinesTest, ALineIsTold) {
  const std::string batch = Quarantined("a", Record("a", 12));
  const BadLinePage page = Read();
  ASSERT_EQ(page.lines.size(), 1u);
  const BadLine& line = page.lines[0];
  EXPECT_EQ(line.batch, batch);
  EXPECT_EQ(line.file, "a");
  EXPECT_EQ(line.line, 12u);
  EXPECT_EQ(line.offset, 7u);
  EXPECT_EQ(line.code, "truncated");
  EXPECT_EQ(line.message, "cut off");
  EXPECT_EQ(line.raw, "{\"a");
  EXPECT_FALSE(line.is_base64);
  EXPECT_FALSE(line.is_cut);
}

TEST_F(BadLinesTest, PagesGoThroughBatchesNewestFirst) {
  Quarantined("a", Record("a", 1) + Record("a", 2) + Record("a", 3));
  const std::string second = Quarantined("b", Record("b", 4) + Record("b", 5));
  const std::vector<uint64_t> expected = {4, 5, 1, 2, 3};
  for (const size_t limit : {1, 2, 3, 5, 100}) EXPECT_EQ(Numbers({}, limit), expected) << limit;
  EXPECT_EQ(Numbers({second, ""}, 1), (std::vector<uint64_t>{4, 5}));
  EXPECT_EQ(Numbers({"", "a"}, 2), (std::vector<uint64_t>{1, 2, 3}));
}

TEST_F(BadLinesTest, OfABatchOnlyTheFilesOwn) {
  const std::string batch = Quarantined("a", Record("a", 1) + Record("b", 2) + Record("a", 3));
  EXPECT_EQ(Numbers({"", "a"}, 1), (std::vector<uint64_t>{1, 3}));
  EXPECT_EQ(Numbers({batch, ""}, 1), (std::vector<uint64_t>{1, 2, 3}));
}

TEST_F(BadLinesTest, LongLinesAreCutBetweenCharacters) {
  std::string raw = "x";
  for (int i = 0; i < 3'000; ++i) raw += "é";
  Quarantined("a", Record("a", 1, raw));
  const BadLine line = Read().lines.at(0);
  EXPECT_TRUE(line.is_cut);
  EXPECT_EQ(line.raw, raw.substr(0, line.raw.size()));
  EXPECT_EQ(line.raw.size() % 2, 1u);
}

TEST_F(BadLinesTest, ALineLongerThanIsReadAtOnceHoldsUpNothing) {
  Quarantined("a", Record("a", 1, std::string(3 << 20, 'x')) + Record("a", 2));
  const BadLinePage page = Read();
  ASSERT_EQ(page.lines.size(), 2u);
  EXPECT_TRUE(page.lines[0].is_cut);
  EXPECT_LE(page.lines[0].raw.size(), 4'096u);
  EXPECT_EQ(page.lines[1].line, 2u);
}

TEST_F(BadLinesTest, MuchThatDoesNotMatchIsLookedAtInSteps) {
  std::string content;
  while (content.size() < (20 << 20)) content += Record("b", 1, std::string(10'000, 'x'));
  Quarantined("a", content + Record("a", 9));
  const BadLinePage first = Read({"", "a"});
  EXPECT_TRUE(first.lines.empty());
  EXPECT_FALSE(first.next.empty());
  EXPECT_EQ(Numbers({"", "a"}, 10), (std::vector<uint64_t>{9}));
}

TEST_F(BadLinesTest, StrangeRecordsAreShownAsTheyAre) {
  Quarantined("a", "not json\n\n[1]\n{\"line\":-1,\"raw\":7}\n" + Record("a", 5));
  const BadLinePage page = Read();
  ASSERT_EQ(page.lines.size(), 4u);
  EXPECT_EQ(page.lines[0].raw, "not json");
  EXPECT_EQ(page.lines[2].line, 0u);
  EXPECT_EQ(page.lines[3].line, 5u);
}

TEST_F(BadLinesTest, AQuarantineFileThatIsGoneShowsNothing) {
  Quarantined("a", Record("a", 1));
  ASSERT_TRUE(output.Delete("_quarantine/2025-01-17-batch-0001.ndjson").ok());
  EXPECT_TRUE(Read().lines.empty());
}

TEST_F(BadLinesTest, WhatIsNotThereIsNotFound) {
  EXPECT_EQ(ReadBadLines(tracker, output, "orders", {"nope", ""}, "", 1).error().code,
            Code::kNotFound);
  EXPECT_EQ(ReadBadLines(tracker, output, "orders", {"", "nope"}, "", 1).error().code,
            Code::kNotFound);
  for (const char* after : {"x", "1.2", "1.-2.3", "..", "1.2.x"}) {
    EXPECT_EQ(ReadBadLines(tracker, output, "orders", {}, after, 1).error().code,
              Code::kInvalidArgument)
        << after;
  }
}

}  // namespace
}  // namespace varve::dashboard
