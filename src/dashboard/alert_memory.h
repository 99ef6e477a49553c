// AlertMemory: the newest alerts of this process, for people who look later. Thread-safe.
#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "ports/notifier.h"

namespace varve::dashboard {

struct RememberedAlert {
  int64_t at_us = 0;
  Alert alert;
};

class AlertMemory {
 public:
  void Remember(const Alert& alert, int64_t now_us);
  // Newest first.
  std::vector<RememberedAlert> Newest(std::string_view pipeline) const;

 private:
  mutable std::mutex mutex_;
  std::deque<RememberedAlert> alerts_;  // newest first
};

// Remembers what it passes on.
class RememberingNotifier : public Notifier {
 public:
  // All must outlive it.
  RememberingNotifier(Notifier& next, AlertMemory& memory, const Clock& clock)
      : next_(next), memory_(memory), clock_(clock) {}
  Status Notify(const Alert& alert) override;

 private:
  Notifier& next_;
  AlertMemory& memory_;
  const Clock& clock_;
};

}  // namespace varve::dashboard
