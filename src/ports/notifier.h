// Notifier: tells people. SNS in shape: fire and forget, maybe twice.
#pragma once

#include <string>

#include "base/result.h"

namespace varve {

struct Alert {
  std::string pipeline;
  std::string subject;  // one line: "batch 2025-01-17/batch-0003 failed"
  std::string body;     // what, why, and how to mend it
  std::string topic;    // alerts of one topic are alike: what rate limits go by
};

// Thread-safe. An error is logged and counted by the caller and stops nothing.
class Notifier {
 public:
  virtual ~Notifier() = default;
  virtual Status Notify(const Alert& alert) = 0;
};

}  // namespace varve
