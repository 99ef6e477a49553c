#include "dashboard/alert_memory.h"

namespace varve::dashboard {
namespace {

constexpr size_t kKept = 200;

}  // namespace

void AlertMemory::Remember(const Alert& alert, int64_t now_us) {
  const std::lock_guard lock(mutex_);
  alerts_.push_front({now_us, alert});
  if (alerts_.size() > kKept) alerts_.pop_back();
}

std::vector<RememberedAlert> AlertMemory::Newest(std::string_view pipeline) const {
  const std::lock_guard lock(mutex_);
  std::vector<RememberedAlert> newest;
  for (const RememberedAlert& alert : alerts_) {
    if (alert.alert.pipeline == pipeline) newest.push_back(alert);
  }
  return newest;
}

Status RememberingNotifier::Notify(const Alert& alert) {
  memory_.Remember(alert, clock_.NowUs());
  return next_.Notify(alert);
}

}  // namespace varve::dashboard
