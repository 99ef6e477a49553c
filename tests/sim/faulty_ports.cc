#include "sim/faulty_ports.h"

#include <cstdio>

namespace varve::sim {

void TraceLog::Write(LogLevel level, std::string_view event, const LogFields& fields) {
  if (!world_.trace) return;
  const std::string line = LogLine(world_.clock.NowUs(), level, event, fields);
  std::printf("%12.6f %s %s\n",
              static_cast<double>(world_.now()) / static_cast<double>(kMicrosPerSecond),
              owner_.c_str(), line.c_str());
}

Result<Schema> JoinColumns(const Schema& a, const Schema& b) {
  std::set<std::string> columns = ColumnsOf(a);
  columns.merge(ColumnsOf(b));
  return SchemaOf(columns);
}

FaultyPorts::FaultyPorts(World& world, const std::string& owner, FaultPlan::Policy policy)
    : world_(world),
      input_(world.input, plan_),
      output_(world.output, plan_),
      manifests_(world.manifests, plan_),
      queue_(world.queue, plan_),
      tracker_(world.tracker, plan_),
      executions_(world.executions, plan_),
      schemas_(world.schemas, plan_),
      engine_(world, input_, output_),
      log_(world, owner) {
  plan_.SetPolicy(std::move(policy));
}

Deps FaultyPorts::MakeDeps() {
  return Deps{input_,  output_,      manifests_,    queue_,          tracker_,
              engine_, executions_,  schemas_,      world_.notifier, world_.metrics,
              log_,    world_.clock, world_.random, JoinColumns};
}

}  // namespace varve::sim
