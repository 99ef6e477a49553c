#include "etl/convert/column_router.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "etl/convert/partition.h"
#include "etl/convert/top_level_value.h"
#include "etl/source/source_test_util.h"

namespace varve {
namespace {

std::string Value(const std::string& line, std::string_view key) {
  const std::string padded = line + "\n" + std::string(kBlockPadding, 'x');
  return std::string(TopLevelValue({padded.data(), line.size()}, key));
}

TEST(TopLevelValue, GivesTheSourceText) {
  EXPECT_EQ(Value(R"({"k":"v"})", "k"), R"("v")");
  EXPECT_EQ(Value(R"({"a":1,"k":-1.50e3})", "k"), "-1.50e3");
  EXPECT_EQ(Value(R"( { "a" : [1, 2] , "k" : true } )", "k"), "true");
  EXPECT_EQ(Value(R"({"k":null,"a":2})", "k"), "null");
  EXPECT_EQ(Value(R"({"k":{"a":1}})", "k"), "{");
  EXPECT_EQ(Value(R"({"k":[1]})", "k"), "[");
  EXPECT_EQ(Value(R"({"":7})", ""), "7");
  EXPECT_EQ(Value(R"({"k":""})", "k"), R"("")");
}

TEST(TopLevelValue, LooksAtTheTopLevelOnly) {
  EXPECT_EQ(Value(R"({"a":{"k":1,"x":[{"k":2}]},"k":3})", "k"), "3");
  EXPECT_EQ(Value(R"({"a":{"k":1}})", "k"), "");
  EXPECT_EQ(Value(R"({"a":"\",\"k\":1","k":2})", "k"), "2");
  EXPECT_EQ(Value(R"({"a":["}","]\\"],"k":2})", "k"), "2");
  EXPECT_EQ(Value(R"({"kk":1,"k2":2,"k":3})", "k"), "3");
}

TEST(TopLevelValue, DecodesKeys) {
  EXPECT_EQ(Value(R"({"\u006b":1})", "k"), "1");
  EXPECT_EQ(Value(R"({"a\"b":1})", "a\"b"), "1");
  EXPECT_EQ(Value(R"({"\ud83d\ude00":1})", "😀"), "1");
}

TEST(TopLevelValue, FindsSpecialBytesAtEveryAlignment) {
  for (size_t length = 0; length < 40; ++length) {
    const std::string text(length, 'x');
    EXPECT_EQ(Value("{\"a\":\"" + text + "\",\"k\":\"" + text + "\"}", "k"), '"' + text + '"');
    EXPECT_EQ(Value("{\"a\":\"" + text + "\\\"\",\"k\":1}", "k"), "1");
  }
}

TEST(TopLevelValue, StaysInsideBrokenLines) {
  const std::string line = R"({"a":"b\"c","d":{"e":[1,"f"]},"k":"v"})";
  for (size_t size = 0; size < line.size(); ++size) Value(line.substr(0, size), "k");
  for (const char* broken : {"", "[1]", "{", "{]", "{\"k\"", "{\"k\" 1}", "{\"a\":1 \"k\":2}"}) {
    EXPECT_EQ(Value(broken, "k"), "") << broken;
  }
}

std::string Place(std::string_view token, TimeGrain grain = TimeGrain::kNone) {
  PartitionSpec spec;
  spec.by = PartitionBy::kColumn;
  spec.column = "p";
  spec.grain = grain;
  return PartitionDirectory(spec, token);
}

TEST(PartitionDirectory, HoldsTheValue) {
  EXPECT_EQ(Place(R"("plain")"), "p=plain");
  EXPECT_EQ(Place("12.50"), "p=12.50");
  EXPECT_EQ(Place("-1"), "p=-1");
  EXPECT_EQ(Place("true"), "p=true");
  EXPECT_EQ(Place(R"("\u0041\ud83d\ude00")"), "p=A😀");
}

TEST(PartitionDirectory, HasOneForEverythingElse) {
  for (const char* token : {"", "null", "{", "[", R"("")"}) {
    EXPECT_EQ(Place(token), "p=__HIVE_DEFAULT_PARTITION__") << token;
  }
}

TEST(PartitionDirectory, NeverLeavesTheOutput) {
  EXPECT_EQ(Place(R"("../x")"), "p=..%2Fx");
  EXPECT_EQ(Place(R"("a\/b")"), "p=a%2Fb");
  EXPECT_EQ(Place(R"("=")"), "p=%3D");
  EXPECT_EQ(Place(R"("a\nb\u0000")"), "p=a%0Ab%00");
  const std::string other = Place('"' + std::string(10'000, 'x') + "y\"");
  EXPECT_LE(other.size(), 255u);
  EXPECT_NE(Place('"' + std::string(10'000, 'x') + "z\""), other);
}

TEST(PartitionDirectory, TakesTheInstantInUtc) {
  EXPECT_EQ(Place(R"("2025-01-17")", TimeGrain::kDay), "year=2025/month=01/day=17");
  EXPECT_EQ(Place(R"("2025-01-17")", TimeGrain::kHour), "year=2025/month=01/day=17/hour=00");
  EXPECT_EQ(Place(R"("2025-01-18T01:10:00+02:00")", TimeGrain::kHour),
            "year=2025/month=01/day=17/hour=23");
  EXPECT_EQ(Place(R"("1969-12-31T23:59:59.5Z")", TimeGrain::kHour),
            "year=1969/month=12/day=31/hour=23");
  EXPECT_EQ(Place(R"("2025\u002d01-17T00:00:00")", TimeGrain::kMonth), "year=2025/month=01");
  for (const char* token : {"1737072000", R"("17.1.2025")", R"("")", "null", "", "true"}) {
    EXPECT_EQ(Place(token, TimeGrain::kMonth), NullDateDirectory(TimeGrain::kMonth)) << token;
  }
}

std::string Read(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

Result<ColumnRoutes> Route(const std::vector<std::string>& inputs, const std::string& parent,
                           uint64_t buffer_bytes, const std::atomic<bool>* cancel = nullptr) {
  SourceOptions options;
  options.inputs = inputs;
  options.line_bytes_max = 1000;
  VARVE_ASSIGN_OR_RETURN(const std::unique_ptr<Source> source, Source::Open(options, nullptr));
  PartitionSpec spec;
  spec.by = PartitionBy::kColumn;
  spec.column = "p";
  return RouteByColumn(source.get(), inputs.size(), spec, parent, buffer_bytes, nullptr, cancel);
}

TEST(RouteByColumn, KeepsOrderAndOrigins) {
  const TempDir directory;
  const std::vector<std::string> inputs = {
      directory.Write("a", "\xEF\xBB\xBF{\"p\":1}\n\n{\"p\":2}\n{\"p\":1,\"x\":0}\n \r\n{bad"),
      directory.Write("b", "{\"p\":\"" + std::string(2000, 'x') + "\"}\n{\"p\":1}\n")};
  for (const uint64_t buffer_bytes : {uint64_t{0}, uint64_t{1} << 20}) {
    const auto routes = Route(inputs, directory.path(), buffer_bytes);
    ASSERT_TRUE(routes.ok());
    EXPECT_EQ(routes->directories,
              (std::vector<std::string>{"p=1", "p=2", "p=__HIVE_DEFAULT_PARTITION__"}));
    EXPECT_EQ(Read(routes->spill->LinesPath(0)), "\n{\"p\":1}\n{\"p\":1,\"x\":0}\n{\"p\":1}\n");
    EXPECT_EQ(Read(routes->spill->LinesPath(2)), "\n{bad\n");
    const std::vector<LineCounts>& counts = routes->lines.counts;
    EXPECT_EQ(counts[0].lines, 6u);
    EXPECT_EQ(counts[0].blank, 2u);
    EXPECT_EQ(counts[1].lines, 2u);
    EXPECT_EQ(counts[1].quarantined, 1u);
    ASSERT_EQ(routes->lines.bad_lines.size(), 1u);
    EXPECT_EQ(routes->lines.bad_lines[0].raw_bytes, 2008u);

    auto reader = OriginReader::Open(routes->spill->OriginsPath(0));
    ASSERT_TRUE(reader.ok());
    const std::vector<LineOrigin> expected = {{0, 0, 3}, {0, 3, 20}, {1, 1, 2009}};
    const std::vector<uint64_t> spill_offsets = {1, 9, 23};
    for (size_t first = 0; first < expected.size(); ++first) {
      ASSERT_TRUE(reader->Seek(spill_offsets[first]).ok());
      for (size_t i = first; i < expected.size(); ++i) {
        LineOrigin origin;
        ASSERT_TRUE(reader->Next(&origin).ok());
        EXPECT_EQ(origin.file, expected[i].file);
        EXPECT_EQ(origin.line, expected[i].line);
        EXPECT_EQ(origin.offset, expected[i].offset);
      }
      LineOrigin beyond;
      EXPECT_FALSE(reader->Next(&beyond).ok());
    }
  }
}

TEST(RouteByColumn, WritesSeldom) {
  const TempDir directory;
  std::string lines;
  for (int i = 0; i < 20'000; ++i) lines += "{\"p\":" + std::to_string(i % 50) + "}\n";
  const auto routes = Route({directory.Write("a", lines)}, directory.path(), 64 << 10);
  ASSERT_TRUE(routes.ok());
  uint64_t origin_bytes = 0;
  uint64_t spilled = 0;
  for (uint32_t i = 0; i < 50; ++i) {
    origin_bytes += std::filesystem::file_size(routes->spill->OriginsPath(i));
    spilled += std::filesystem::file_size(routes->spill->LinesPath(i)) - 1;
  }
  EXPECT_EQ(spilled, lines.size());
  EXPECT_LT(origin_bytes, 20'000u * 8);  // 24 more for each write
}

TEST(RouteByColumn, LeavesNothing) {
  const TempDir directory;
  const std::string input = directory.Write("a", "{\"p\":1}\n");
  const std::atomic<bool> cancel{true};
  EXPECT_EQ(Route({input}, directory.path() + "/not/there", 1 << 20, &cancel).error().code,
            Code::kCancelled);
  { ASSERT_TRUE(Route({input}, directory.path(), 0).ok()); }
  const auto begin = std::filesystem::directory_iterator(directory.path());
  EXPECT_EQ(std::distance(begin, std::filesystem::directory_iterator()), 1);
}

}  // namespace
}  // namespace varve
