// LogNotifier: alerts as lines in the log.
#pragma once

#include "base/log.h"
#include "ports/notifier.h"

namespace varve {

// Thread-safe. Never fails. `log` must outlive it.
class LogNotifier : public Notifier {
 public:
  explicit LogNotifier(Log& log) : log_(log) {}
  Status Notify(const Alert& alert) override;

 private:
  Log& log_;
};

}  // namespace varve
