#include "sim/coordinator.h"

#include <utility>

namespace varve::sim {

Coordinator::Coordinator(World& world, const std::string& owner, FaultPlan::Policy policy)
    : world_(world), ports_(world, owner, std::move(policy)) {
  PipelineConfig config = world.schedule.config;
  config.owner = owner;
  pipeline_ = std::make_unique<Pipeline>(std::move(config), ports_.MakeDeps());
}

int64_t Coordinator::Tick() {
  const int64_t now_us = world_.clock.NowUs();
  const TickResult result = pipeline_->Tick(now_us);
  return world_.now() + (result.next_us - now_us);
}

}  // namespace varve::sim
