#include "sim/schedule.h"

#include <algorithm>

namespace varve::sim {
namespace {

// None in most runs, so that each fault is also seen without the others.
uint64_t Sometimes(Random& random, uint64_t most) {
  return random.Below(3) == 0 ? 1 + random.Below(most) : 0;
}

PipelineConfig MakeConfig(Random& random) {
  PipelineConfig config;
  config.name = "orders";
  config.input_prefix = "in/";
  config.output_prefix = "out/";
  config.flush.min_files = 1 + static_cast<uint32_t>(random.Below(6));
  config.flush.max_files = 1 + static_cast<uint32_t>(random.Below(8));
  config.flush.max_bytes = 20 + random.Below(200);
  config.flush.max_wait_us = static_cast<int64_t>(random.Below(30)) * kMicrosPerSecond;
  config.batches_max = 1 + static_cast<uint32_t>(random.Below(3));
  config.pending_max = random.Below(4) == 0 ? 5 : 1000;
  config.attempts_max = 3;
  config.file_retry = {0, 2 * kMicrosPerSecond, 20 * kMicrosPerSecond};
  config.job_retry = {3, kMicrosPerSecond, 10 * kMicrosPerSecond};
  config.step_retry = {0, kMicrosPerSecond, 10 * kMicrosPerSecond};
  config.lease_us = 40 * kMicrosPerSecond;
  config.visibility_us = 20 * kMicrosPerSecond;
  config.job_poll_us = kMicrosPerSecond;
  config.tick_us = 20 * kMicrosPerSecond;
  config.settle_us = 0;
  config.reconcile_every_us = 5 * kMicrosPerMinute;
  config.reconcile_grace_us = 3 * kMicrosPerMinute;
  config.disposition = static_cast<Disposition>(random.Below(4));
  config.move_prefix = "done/";
  return config;
}

// As infra/template.yaml has it, with leases that end before a slow process does.
PipelineConfig FleetConfig() {
  PipelineConfig config;
  config.name = "orders";
  config.input_prefix = "in/";
  config.output_prefix = "out/";
  config.lease_us = kMicrosPerMinute;
  config.reconcile_grace_us = 20 * kMicrosPerMinute;
  return config;
}

}  // namespace

Schedule Schedule::OfFleet(uint64_t seed, uint64_t files) {
  constexpr int64_t kLeastUs = 20 * kMicrosPerMinute;  // time for a few outages
  constexpr int64_t kFilesASecond = 500;
  Schedule schedule(seed);
  schedule.config = FleetConfig();
  schedule.files = files;
  schedule.active_us =
      std::max(kLeastUs, static_cast<int64_t>(files) * (kMicrosPerSecond / kFilesASecond));
  schedule.crash = 1;
  schedule.fault = 100;
  schedule.pause = 1;
  schedule.lost_event = 50;
  schedule.doubled_event = 500;
  schedule.overwrite = 200;
  schedule.removal = 50;
  schedule.poison = 1;
  schedule.killer = 1;
  schedule.corrupt = 5;
  schedule.job_us_max = kMicrosPerMinute;
  return schedule;
}

Schedule::Schedule(uint64_t run_seed) : seed(run_seed) {
  SeededRandom random(run_seed * 0x9E3779B97F4A7C15u + 1);
  config = MakeConfig(random);
  coordinators = random.Below(2) == 0 ? 2 : 1;
  files = 1 + random.Below(14);
  active_us = static_cast<int64_t>(10 + random.Below(110)) * kMicrosPerSecond;
  crash = Sometimes(random, 150);
  fault = Sometimes(random, 600);
  outage = Sometimes(random, 20);
  interleave = coordinators > 1 ? Sometimes(random, 500) : 0;
  pause = Sometimes(random, 300);
  jump = random.Below(4) == 0 ? Sometimes(random, 100) : 0;
  hand_back = Sometimes(random, 300);
  reprocess = Sometimes(random, 300);
  lost_event = Sometimes(random, 3000);
  doubled_event = Sometimes(random, 5000);
  overwrite = Sometimes(random, 3000);
  removal = Sometimes(random, 2000);
  poison = Sometimes(random, 1500);
  killer = random.Below(4) == 0 ? Sometimes(random, 800) : 0;
  corrupt = Sometimes(random, 1500);
  job_us_max = static_cast<int64_t>(random.Below(60)) * kMicrosPerSecond;
  same_owner = random.Below(2) == 0;
}

}  // namespace varve::sim
