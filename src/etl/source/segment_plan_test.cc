#include "etl/source/segment_plan.h"

#include <gtest/gtest.h>

#include <vector>

namespace varve {
namespace {

constexpr uint64_t kMiB = 1 << 20;

PlannedInput Plain(uint32_t file, uint64_t bytes, uint32_t group = 0) {
  return {file, group, bytes, true, false};
}
PlannedInput Compressed(uint32_t file, uint64_t bytes, uint32_t group = 0) {
  return {file, group, bytes, false, false};
}

TEST(PlanSegments, EvenCutsOfOneFile) {
  EXPECT_EQ(PlanSegments({Plain(0, 15 * kMiB)}, {}).segments.size(), 1u);
  const auto plan = PlanSegments({Plain(0, 260 * kMiB)}, {});
  ASSERT_EQ(plan.segments.size(), 4u);
  uint64_t begin = 0;
  for (const auto& segment : plan.segments) {
    EXPECT_EQ(segment.first, 0u);
    EXPECT_EQ(segment.last, 1u);
    EXPECT_EQ(segment.first_begin, begin);
    EXPECT_NEAR(static_cast<double>(segment.last_end - begin), 65.0 * kMiB, 1);
    begin = segment.last_end;
  }
  EXPECT_EQ(begin, 260 * kMiB);
}

TEST(PlanSegments, SmallFilesShareSegmentsAndEmptyOnesCostNothing) {
  std::vector<PlannedInput> inputs;
  for (uint32_t i = 0; i < 1'000; ++i) inputs.push_back(Plain(i, i % 2 == 0 ? 0 : kMiB / 10));
  const auto plan = PlanSegments(inputs, {});
  ASSERT_EQ(plan.segments.size(), 2u);
  EXPECT_EQ(plan.segments[0].last, 500u);
  EXPECT_EQ(plan.segments[1].first, 501u);
  EXPECT_TRUE(PlanSegments({Plain(0, 0)}, {}).segments.empty());
  EXPECT_TRUE(PlanSegments({}, {}).segments.empty());
}

TEST(PlanSegments, GroupsNeverShare) {
  const auto plan = PlanSegments({Plain(0, 10, 5), Plain(1, 10, 2), Plain(2, 10, 5)}, {});
  ASSERT_EQ(plan.segments.size(), 2u);
  EXPECT_EQ(plan.inputs[0].file, 0u);
  EXPECT_EQ(plan.inputs[1].file, 2u);
  EXPECT_EQ(plan.inputs[2].file, 1u);
  EXPECT_EQ(plan.segments[0].last, 2u);
  EXPECT_EQ(plan.segments[1].first, 2u);
}

TEST(PlanSegments, CompressedFilesStayWholeAndLargeOnesAreStreams) {
  const auto plan = PlanSegments({Compressed(0, 5 * kMiB),
                                  Compressed(1, 5 * kMiB),
                                  Compressed(2, 17 * kMiB),
                                  Plain(3, 1),
                                  {4, 0, 0, false, true}},
                                 {});
  ASSERT_EQ(plan.segments.size(), 5u);
  EXPECT_EQ(plan.segments[0].last, 1u);
  EXPECT_EQ(plan.segments[1].first, 1u);
  EXPECT_TRUE(plan.segments[2].stream);
  EXPECT_FALSE(plan.segments[3].stream);
  EXPECT_TRUE(plan.segments[4].stream);
}

// Cuts at every phase: plain files tile exactly, compressed ones are in exactly one segment.
TEST(PlanSegments, NothingIsLostOrDoubled) {
  SegmentPolicy policy;
  policy.single_bytes = 1;
  policy.inflation_guess = 3;
  for (policy.segment_bytes = 7; policy.segment_bytes < 60; ++policy.segment_bytes) {
    const std::vector<PlannedInput> inputs = {Plain(0, 31), Compressed(1, 2), Plain(2, 0),
                                              Plain(3, 1),  Compressed(4, 1), Plain(5, 64)};
    const auto plan = PlanSegments(inputs, policy);
    std::vector<uint64_t> covered(inputs.size());
    for (const auto& segment : plan.segments) {
      for (size_t i = segment.first; i < segment.last; ++i) {
        const PlannedInput& input = plan.inputs[i];
        if (!input.splittable) {
          covered[i] += input.bytes;
          continue;
        }
        const uint64_t begin = i == segment.first ? segment.first_begin : 0;
        const uint64_t end = i + 1 == segment.last ? segment.last_end : input.bytes;
        EXPECT_EQ(begin, covered[i]);
        covered[i] = end;
      }
    }
    for (size_t i = 0; i < inputs.size(); ++i) EXPECT_EQ(covered[i], inputs[i].bytes) << i;
  }
}

}  // namespace
}  // namespace varve
