// CommandNotifier: runs a program for each alert, with the alert as JSON on its standard input.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ports/notifier.h"

namespace varve {

// Thread-safe. Waits for the program, at most the timeout, then kills it and all it started: kIo.
// kIo too when it exits with another status than 0; kNotFound, kPermission: it cannot be run. The
// program is started as it is: no shell reads its arguments, and no text of an alert is among them.
class CommandNotifier : public Notifier {
 public:
  CommandNotifier(std::vector<std::string> command, int64_t timeout_ms)
      : command_(std::move(command)), timeout_ms_(timeout_ms) {}
  Status Notify(const Alert& alert) override;

 private:
  const std::vector<std::string> command_;
  const int64_t timeout_ms_;
};

}  // namespace varve
