#include "etl/source/segment_plan.h"

#include <algorithm>
#include <unordered_map>

namespace varve {
namespace {

uint64_t Weight(const PlannedInput& input, const SegmentPolicy& policy) {
  return input.splittable ? input.bytes : input.bytes * policy.inflation_guess;
}

bool IsStream(const PlannedInput& input, const SegmentPolicy& policy) {
  if (input.splittable) return false;
  return input.pipe || Weight(input, policy) > policy.segment_bytes;
}

// An even count, so that two workers finish together.
uint64_t SegmentCount(uint64_t total, const SegmentPolicy& policy) {
  if (total < policy.single_bytes) return 1;
  const uint64_t pair_bytes = 2 * policy.segment_bytes;
  return 2 * ((total + pair_bytes - 1) / pair_bytes);
}

void SortByGroup(std::vector<PlannedInput>* inputs) {
  std::unordered_map<uint32_t, size_t> rank;
  for (const PlannedInput& input : *inputs) rank.emplace(input.group, rank.size());
  std::stable_sort(inputs->begin(), inputs->end(),
                   [&rank](const PlannedInput& a, const PlannedInput& b) {
                     return rank.at(a.group) < rank.at(b.group);
                   });
}

// Cuts inputs [first, last), none of them a stream, evenly by weight. A compressed file goes whole
// to the segment that its first byte falls into.
void CutRun(SegmentPlan* plan, size_t first, size_t last, const SegmentPolicy& policy) {
  uint64_t total = 0;
  for (size_t i = first; i < last; ++i) total += Weight(plan->inputs[i], policy);
  const uint64_t count = SegmentCount(total, policy);
  const auto cut = [total, count](uint64_t k) {
    return static_cast<uint64_t>(static_cast<unsigned __int128>(total) * k / count);
  };

  PlannedSegment segment;
  uint64_t segment_cut = 0;
  uint64_t next_cut = 1;
  uint64_t before = 0;  // weight of the inputs before this one
  for (size_t i = first; i < last; ++i) {
    const uint64_t weight = Weight(plan->inputs[i], policy);
    for (uint64_t begin = 0, end = 0; begin < weight; begin = end) {
      while (next_cut < count && cut(next_cut) <= before + begin) ++next_cut;
      const bool split = plan->inputs[i].splittable && next_cut < count;
      end = split ? std::min(weight, cut(next_cut) - before) : weight;
      if (segment_cut != next_cut) {
        if (segment_cut != 0) plan->segments.push_back(segment);
        segment = {i, i, begin, 0, false};
        segment_cut = next_cut;
      }
      segment.last = i + 1;
      segment.last_end = end;
    }
    before += weight;
  }
  if (segment_cut != 0) plan->segments.push_back(segment);
}

}  // namespace

SegmentPlan PlanSegments(std::vector<PlannedInput> inputs, const SegmentPolicy& policy) {
  SegmentPlan plan;
  plan.inputs = std::move(inputs);
  SortByGroup(&plan.inputs);
  for (size_t first = 0; first < plan.inputs.size();) {
    if (IsStream(plan.inputs[first], policy)) {
      plan.segments.push_back({first, first + 1, 0, 0, true});
      ++first;
      continue;
    }
    size_t last = first;
    while (last < plan.inputs.size() && plan.inputs[last].group == plan.inputs[first].group &&
           !IsStream(plan.inputs[last], policy)) {
      ++last;
    }
    CutRun(&plan, first, last, policy);
    first = last;
  }
  return plan;
}

}  // namespace varve
