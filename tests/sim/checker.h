// Checker: what must hold once the world has been left in peace.
#pragma once

#include <cstdint>

#include "sim/world.h"

namespace varve::sim {

struct Tally {
  uint64_t schedules = 0;
  uint64_t ticks = 0;
  uint64_t crashes = 0;
  uint64_t faults = 0;
  uint64_t takeovers = 0;    // leases above the first of a batch
  uint64_t late_writes = 0;  // by processes whose lease was lost; all refused
  uint64_t batches = 0;
  uint64_t reruns = 0;
  uint64_t completed = 0;
  uint64_t failed = 0;
  uint64_t given_up = 0;  // of those, innocent files whose process died again and again
  uint64_t missing = 0;
  uint64_t superseded = 0;
  uint64_t rows = 0;

  void Add(const Tally& other);
};

// Whether nothing is left to do.
bool IsQuiet(World& world);

// Throws Violation; otherwise adds what it saw to `tally`.
void CheckEnd(World& world, Tally* tally);

}  // namespace varve::sim
