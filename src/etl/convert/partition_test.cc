#include "etl/convert/partition.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace varve {
namespace {

TEST(PartitionTest, DateDirectories) {
  EXPECT_EQ(DateDirectory(0, 0, TimeGrain::kDay), "year=1970/month=01/day=01");
  EXPECT_EQ(DateDirectory(-1, 0, TimeGrain::kMonth), "year=1969/month=12");
  EXPECT_EQ(DateDirectory(20'105, 7, TimeGrain::kHour), "year=2025/month=01/day=17/hour=07");
  EXPECT_EQ(NullDateDirectory(TimeGrain::kMonth),
            "year=__HIVE_DEFAULT_PARTITION__/month=__HIVE_DEFAULT_PARTITION__");
}

TEST(PartitionTest, DatesInFileNames) {
  const std::vector<std::string> inputs = {"a/2025-01-17-file001.ndjson",
                                           "b/x_2025-01-17.json",
                                           "2025-01-18/no-date.ndjson",
                                           "12025-01-17.ndjson",
                                           "2025-01-177.ndjson",
                                           "2025-13-01_2025-02-28.ndjson",
                                           "2025-02-30.ndjson"};
  PartitionSpec spec;
  spec.by = PartitionBy::kFilenameDate;
  const PartitionPlan plan = PlanPartitions(spec, inputs);
  const std::string null = NullDateDirectory(TimeGrain::kDay);
  const std::vector<std::string> expected = {"year=2025/month=01/day=17",
                                             "year=2025/month=01/day=17",
                                             null,
                                             null,
                                             null,
                                             "year=2025/month=02/day=28",
                                             null};
  ASSERT_EQ(plan.group_of_input.size(), inputs.size());
  for (size_t i = 0; i < inputs.size(); ++i) {
    EXPECT_EQ(plan.directory_of_group.at(plan.group_of_input[i]), expected[i]) << inputs[i];
  }
  EXPECT_EQ(plan.directory_of_group.size(), 3U);
}

TEST(PartitionTest, WithoutPartitionsThereIsOneGroup) {
  const PartitionPlan plan = PlanPartitions({}, {"a", "b"});
  EXPECT_EQ(plan.group_of_input, (std::vector<uint32_t>{0, 0}));
  EXPECT_EQ(plan.directory_of_group, (std::vector<std::string>{""}));
}

TEST(HiveComponentTest, UntrustedValuesStayInTheirDirectory) {
  EXPECT_EQ(HiveComponent("k", "plain value-1.5"), "k=plain value-1.5");
  EXPECT_EQ(HiveComponent("k", "../../etc"), "k=..%2F..%2Fetc");
  EXPECT_EQ(HiveComponent("k", "a=b:c%\\\n"), "k=a%3Db%3Ac%25%5C%0A");
  EXPECT_EQ(HiveComponent("k", std::string_view("\0x", 2)), "k=%00x");
  EXPECT_EQ(HiveComponent("a/b", ""), "a%2Fb=__HIVE_DEFAULT_PARTITION__");
  EXPECT_EQ(HiveComponent("k", "\xC3\xA9"), "k=\xC3\xA9");
}

TEST(HiveComponentTest, LongValuesAreCutBetweenCharactersAndStayDistinct) {
  std::set<std::string> seen;
  for (size_t shift = 0; shift < 12; ++shift) {
    for (const char* piece : {"x", "\xC3\xA9", "\xF0\x9F\x98\x80", "/", "a/"}) {
      for (const char* end : {"1", "2"}) {
        std::string value(shift, 'y');
        while (value.size() < 600) value += piece;
        const std::string component = HiveComponent("key", value + end);
        EXPECT_LE(component.size(), 255U);
        EXPECT_EQ(component.find('/'), std::string::npos);
        EXPECT_TRUE(seen.insert(component).second) << component;
        // Before the hash, whole characters and whole escapes only.
        const std::string kept = component.substr(0, component.size() - 17);
        const size_t percent = kept.rfind('%');
        if (percent != std::string::npos) {
          EXPECT_LE(percent + 3, kept.size()) << kept;
        }
        size_t lead = kept.size();
        while ((static_cast<unsigned char>(kept[lead - 1]) & 0xC0) == 0x80) --lead;
        const unsigned char first = static_cast<unsigned char>(kept[lead - 1]);
        const size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 1;
        EXPECT_EQ(kept.size() - (lead - 1), length) << kept;
      }
    }
  }
}

TEST(HiveComponentTest, DifferentValuesHaveDifferentNames) {
  std::mt19937 random(1);
  std::set<std::string> values;
  std::set<std::string> components;
  for (int i = 0; i < 5'000; ++i) {
    std::string value;
    for (int length = 1 + static_cast<int>(random() % 4); length > 0; --length) {
      value.push_back("%2Fa/=\n%"[random() % 8]);
    }
    values.insert(value);
    components.insert(HiveComponent("k", value));
  }
  EXPECT_EQ(components.size(), values.size());
}

}  // namespace
}  // namespace varve
