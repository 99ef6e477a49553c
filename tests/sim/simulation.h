// Simulation: one schedule from its beginning to the verdict, in virtual time. The same seed does
// the same, call for call.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/checker.h"
#include "sim/coordinator.h"
#include "sim/schedule.h"
#include "sim/world.h"

namespace varve::sim {

class Simulation {
 public:
  Simulation(uint64_t seed, bool trace);

  // Empty: all invariants hold; else which does not.
  std::string Run();
  const Tally& tally() const { return tally_; }

 private:
  struct Slot {
    std::unique_ptr<Coordinator> process;  // null: it is down
    int64_t next_us = 0;                   // true time of its next tick, or of its start
    int generation = 0;
    std::string owner;
  };

  void RunHostile();
  void RunPeaceful();
  void RunUntil(int64_t until_us, int64_t step_us);
  int64_t NextTime() const;
  void Turn(size_t index);
  void RunJobs(Slot& slot);
  void Start(size_t index);
  void Die(Slot& slot);
  void Meddle(Slot& slot);
  void Reprocess();

  std::optional<Fault> OnCall(size_t index, std::string_view method);
  std::optional<Fault> FaultOf(size_t index, std::string_view method);
  bool IsOut(std::string_view call) const;
  void Interleave(size_t index);
  bool Chance(uint64_t of_10000) { return of_10000 > 0 && random_.Below(10'000) < of_10000; }
  int64_t Seconds(uint64_t below);
  void Trace(const std::string& what);

  const Schedule schedule_;
  World world_;
  SeededRandom random_;
  std::vector<Slot> slots_;
  std::vector<int64_t> writes_;                          // when sources change, latest first
  std::map<std::string, int64_t, std::less<>> outages_;  // call -> its end
  bool nested_ = false;
  Tally tally_;
};

}  // namespace varve::sim
