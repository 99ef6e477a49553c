#include "testing/recording_notifier.h"

#include <utility>

namespace varve {

Status RecordingNotifier::Notify(const Alert& alert) {
  const std::lock_guard lock(mutex_);
  if (error_.has_value()) return Error(*error_);
  alerts_.push_back(alert);
  return Ok{};
}

std::vector<Alert> RecordingNotifier::Alerts() const {
  const std::lock_guard lock(mutex_);
  return alerts_;
}

void RecordingNotifier::FailWith(std::optional<Error> error) {
  const std::lock_guard lock(mutex_);
  error_ = std::move(error);
}

}  // namespace varve
