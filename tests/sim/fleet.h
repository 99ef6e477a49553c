// Fleet: the pipeline as it runs on AWS, in virtual time: many copies of the manifest builder, each
// given ten messages at a time, a sweeper every minute, and a state machine that calls the
// functions of each batch. Each call of a port takes a while, in which all others go on, and may be
// throttled; any process may die at any call. The same seed does the same, call for call.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/checker.h"
#include "sim/fiber_loop.h"
#include "sim/lambda_process.h"
#include "sim/schedule.h"
#include "sim/state_machine.h"
#include "sim/world.h"

namespace varve::sim {

struct FleetReport {
  uint64_t calls = 0;           // of ports
  uint64_t claims_refused = 0;  // since another builder was faster
  uint64_t executions = 0;
  uint64_t processes_most = 0;  // at a time
  int64_t written_us = 0;       // true time of the last file
  int64_t drained_us = 0;       // when nothing that was noticed was left to do
  int64_t healed_us = 0;        // when nothing was left at all
};

class Fleet {
 public:
  Fleet(uint64_t seed, uint64_t files, uint64_t builders, bool trace);

  // Empty: all invariants hold; else which does not. Once.
  std::string Run();
  const Tally& tally() const { return tally_; }
  const FleetReport& report() const { return report_; }

 private:
  using Process = std::unique_ptr<LambdaProcess>;

  void RunProducer();
  void RunWeather();
  void RunBuilder();
  void RunSweeper();
  void RunUntilHealed();
  bool IsHealed();

  Process Start(LambdaProcess::Make make);
  // Null in `process` afterwards: it died.
  TaskEnd Answer(Process* process, const std::string& event, int64_t timeout_us);
  TaskEnd RunTask(StateMachine::Task task, const std::string& event);
  std::optional<Fault> OnCall(const LambdaProcess& process, std::string_view call);
  std::optional<Fault> FaultOf(std::string_view call);
  void Spend(const LambdaProcess& process, int64_t us);

  bool Chance(uint64_t of_10000) { return random_.Below(10'000) < of_10000; }
  int64_t Below(int64_t us) {
    return static_cast<int64_t>(random_.Below(static_cast<uint64_t>(us)));
  }

  const Schedule schedule_;
  World world_;
  SeededRandom random_;
  const uint64_t builders_;
  uint64_t processes_ = 0;
  std::map<std::string, int64_t, std::less<>> outages_;  // of each call that was made: its end
  Tally tally_;
  FleetReport report_;
  StateMachine machine_;
  FiberLoop loop_;  // last: what it ends at its end must find all the others
};

}  // namespace varve::sim
