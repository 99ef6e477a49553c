// The plan: which inputs, or which parts of them, make up each segment.
//
// A pure function of the inputs' sizes, encodings, groups and order. Segments come group by group
// (groups in the order of their first input) and, within a group, in input order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace varve {

struct SegmentPolicy {
  uint64_t single_bytes = 16ull << 20;    // up to this, a run of inputs is one segment
  uint64_t segment_bytes = 128ull << 20;  // no segment is meant to be larger
  // What a compressed file is taken to inflate to, as a multiple of its size, until it is read.
  uint64_t inflation_guess = 8;
  size_t block_bytes = 256 << 10;
};

struct PlannedInput {
  uint32_t file = 0;
  uint32_t group = 0;
  uint64_t bytes = 0;      // stored, of its range
  bool splittable = true;  // a plain regular file
  bool pipe = false;       // read in order, of unknown size
};

// Inputs [first, last) of SegmentPlan::inputs. A stream is one input that spans segments, cut as
// it is read.
struct PlannedSegment {
  size_t first = 0;
  size_t last = 0;
  uint64_t first_begin = 0;  // part of the first input's range, when splittable
  uint64_t last_end = 0;     // and of the last
  bool stream = false;
};

struct SegmentPlan {
  std::vector<PlannedInput> inputs;  // sorted by group
  std::vector<PlannedSegment> segments;
};

SegmentPlan PlanSegments(std::vector<PlannedInput> inputs, const SegmentPolicy& policy);

}  // namespace varve
