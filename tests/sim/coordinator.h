// Coordinator: one simulated process that runs the pipeline.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "pipeline/pipeline.h"
#include "sim/faulty_ports.h"

namespace varve::sim {

class Coordinator {
 public:
  Coordinator(World& world, const std::string& owner, FaultPlan::Policy policy);

  // At the time its clock shows. Throws Crash and Violation. Gives when it wants the next tick, in
  // true time.
  int64_t Tick();
  void RunJobs() { ports_.engine().RunDue(); }
  void HandBack() { pipeline_->HandBack(world_.clock.NowUs()); }
  int64_t NextJob() { return ports_.engine().NextDue(); }

 private:
  World& world_;
  FaultyPorts ports_;
  std::unique_ptr<Pipeline> pipeline_;
};

}  // namespace varve::sim
