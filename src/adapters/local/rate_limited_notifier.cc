#include "adapters/local/rate_limited_notifier.h"

#include <cstdlib>

namespace varve {

bool RateLimitedNotifier::Admit(const Alert& alert, int64_t now_us, uint64_t* held_back) {
  const std::lock_guard lock(mutex_);
  const auto [found, fresh] = topics_.try_emplace({alert.pipeline, alert.topic});
  Topic& topic = found->second;
  // std::abs: a clock that was set back must not silence a topic until it has caught up.
  if (!fresh && std::abs(now_us - topic.sent_us) < interval_us_) {
    topic.held_back += 1;
    return false;
  }
  *held_back = topic.held_back;
  topic = Topic{now_us, 0};
  return true;
}

void RateLimitedNotifier::Forget(const Alert& alert, uint64_t held_back) {
  const std::lock_guard lock(mutex_);
  Topic& topic = topics_[{alert.pipeline, alert.topic}];
  topic.held_back += held_back;
  topic.sent_us = INT64_MIN / 2;
}

Status RateLimitedNotifier::Notify(const Alert& alert) {
  uint64_t held_back = 0;
  if (!Admit(alert, clock_.NowUs(), &held_back)) return Ok{};
  Alert next = alert;
  if (held_back > 0) {
    next.body += "\n(" + std::to_string(held_back) + " more like it were held back before)";
  }
  Status notified = inner_.Notify(next);
  if (!notified.ok()) Forget(alert, held_back);
  return notified;
}

}  // namespace varve
