// SilentLog: a log that nobody reads.
#pragma once

#include "base/log.h"

namespace varve {

class SilentLog : public Log {
 public:
  void Write(LogLevel, std::string_view, const LogFields&) override {}
};

}  // namespace varve
