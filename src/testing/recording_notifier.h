// RecordingNotifier: a Notifier that remembers, and fails when told to.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "ports/notifier.h"

namespace varve {

// Thread-safe.
class RecordingNotifier : public Notifier {
 public:
  Status Notify(const Alert& alert) override;

  std::vector<Alert> Alerts() const;  // those that got through, in order
  void FailWith(std::optional<Error> error);

 private:
  mutable std::mutex mutex_;
  std::vector<Alert> alerts_;
  std::optional<Error> error_;
};

}  // namespace varve
