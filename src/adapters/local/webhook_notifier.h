// WebhookNotifier: posts alerts as Slack-shaped JSON to an address.
#pragma once

#include <cstdint>
#include <string>

#include "ports/notifier.h"

namespace varve {

// Thread-safe. Waits for the answer, at most the timeout. kThrottled: 429; kIo: 5xx or no answer;
// kInvalidArgument: another answer, or an address that is none; kNotFound: no libcurl is installed.
// The address is a secret (it lets anyone post), so no error names it.
class WebhookNotifier : public Notifier {
 public:
  WebhookNotifier(std::string url, int64_t timeout_ms)
      : url_(std::move(url)), timeout_ms_(timeout_ms) {}
  Status Notify(const Alert& alert) override;

 private:
  const std::string url_;
  const int64_t timeout_ms_;
};

}  // namespace varve
