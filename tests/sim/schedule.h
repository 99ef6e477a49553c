// Schedule: everything that chance decides about one simulated run, drawn from its seed.
#pragma once

#include <cstdint>

#include "base/random.h"
#include "pipeline/config.h"

namespace varve::sim {

// Chances are in units of 1/10,000: of one call, tick or event.
struct Schedule {
  explicit Schedule(uint64_t seed);
  // Of a fleet of functions (sim/fleet.h) through which many files go: a little of everything.
  static Schedule OfFleet(uint64_t seed, uint64_t files);

  uint64_t seed;
  int coordinators = 1;   // at once
  uint64_t files = 0;     // written over the run
  int64_t active_us = 0;  // how long the world is hostile; afterwards it must heal by itself

  uint64_t crash = 0;       // before a call of a port
  uint64_t fault = 0;       // of a call: throttled, or failed before or after it was done
  uint64_t outage = 0;      // that a kind of call begins to fail for a minute or two
  uint64_t interleave = 0;  // that another coordinator ticks between two calls
  uint64_t pause = 0;       // that a coordinator stands still for longer than its lease
  uint64_t jump = 0;        // that the clock jumps by a day
  uint64_t hand_back = 0;   // that a coordinator is stopped in good order and restarted
  uint64_t reprocess = 0;   // that somebody asks for it
  uint64_t lost_event = 0;
  uint64_t doubled_event = 0;
  uint64_t overwrite = 0;   // of a write: an earlier key
  uint64_t removal = 0;     // of a write: an earlier key goes instead
  uint64_t poison = 0;      // of a file: it fails any job that reads it
  uint64_t killer = 0;      // of a file: it kills the process that reads it
  uint64_t corrupt = 0;     // of a file: it is left out by the job
  int64_t job_us_max = 0;   // how long a job takes at most
  bool same_owner = false;  // a restarted coordinator goes by its old name

  PipelineConfig config;
};

}  // namespace varve::sim
