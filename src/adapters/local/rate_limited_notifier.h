// RateLimitedNotifier: at most one alert a topic and interval gets through to another notifier.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>

#include "base/clock.h"
#include "ports/notifier.h"

namespace varve {

// Thread-safe. What it holds back is counted, and the next alert of the topic says how many there
// were. An alert that `inner` refused does not count as sent. `inner` and `clock` must outlive it.
class RateLimitedNotifier : public Notifier {
 public:
  RateLimitedNotifier(Notifier& inner, const Clock& clock, int64_t interval_us)
      : inner_(inner), clock_(clock), interval_us_(interval_us) {}
  Status Notify(const Alert& alert) override;

 private:
  struct Topic {
    int64_t sent_us = 0;
    uint64_t held_back = 0;
  };

  // Whether the alert may pass now; `held_back` says how many did not since the last.
  bool Admit(const Alert& alert, int64_t now_us, uint64_t* held_back);
  void Forget(const Alert& alert, uint64_t held_back);

  Notifier& inner_;
  const Clock& clock_;
  const int64_t interval_us_;
  std::mutex mutex_;
  std::map<std::pair<std::string, std::string>, Topic> topics_;  // by pipeline and topic
};

}  // namespace varve
