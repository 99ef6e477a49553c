#include "pipeline/held_batch.h"

#include <algorithm>
#include <utility>

#include "model/names.h"

namespace varve {

HeldBatch& HeldBatches::Add(BatchRecord record, bool leased) {
  HeldBatch held;
  held.execution = ExecutionName(record.pipeline, record.id, record.reruns);
  held.record = std::move(record);
  held.leased = leased;
  held.started = !leased;
  const std::string name = held.execution;
  return held_.insert_or_assign(name, std::move(held)).first->second;
}

HeldBatch* HeldBatches::Find(std::string_view execution) {
  const auto found = held_.find(execution);
  return found == held_.end() ? nullptr : &found->second;
}

bool HeldBatches::Holds(std::string_view batch) const {
  return std::any_of(held_.begin(), held_.end(),
                     [batch](const auto& entry) { return entry.second.record.id == batch; });
}

void HeldBatches::Drop(std::string_view execution) {
  if (const auto found = held_.find(execution); found != held_.end()) held_.erase(found);
}

Status HeldBatches::Renew(HeldBatch& held, int64_t now_us) {
  auto leased = deps_.tracker.Lease(config_.name, held.record.id, config_.owner, now_us,
                                    now_us + config_.lease_us);
  if (leased.ok()) {
    held.record = *std::move(leased);
    return Ok{};
  }
  if (leased.error().code != Code::kConflict) return std::move(leased).error();
  VARVE_ASSIGN_OR_RETURN(BatchRecord now, deps_.tracker.GetBatch(config_.name, held.record.id));
  if (!HasEnded(now.state) || now.fence != held.record.fence) return std::move(leased).error();
  held.record = std::move(now);
  held.leased = false;
  return Ok{};
}

bool HeldBatches::IsDue(const HeldBatch& held, int64_t now_us) const {
  if (!held.leased) return false;
  const int64_t left_us = held.record.lease_until_us - now_us;
  return left_us < config_.lease_us * 2 / 3 || left_us > config_.lease_us;
}

void HeldBatches::Release(HeldBatch& held, int64_t now_us) {
  if (!held.leased) return;
  // When it fails the lease ends by itself.
  static_cast<void>(deps_.tracker.Lease(config_.name, held.record.id, config_.owner, now_us, 0));
}

void HeldBatches::BackOff(HeldBatch& held, int64_t now_us) {
  ++held.failures;
  held.wake_us = now_us + 1 + BackoffUs(config_.step_retry, held.failures, deps_.random);
}

}  // namespace varve
