// RunLog: the log of `varve run`, to stderr, as JSON lines for machines or as text for people.
#pragma once

#include <memory>
#include <string>

#include "base/log.h"

namespace varve::cli {

enum class LogFormat { kText, kJson };

// "2025-01-17T09:30:00.123Z info batch_completed batch=2025-01-17/batch-0001 rows=10\n". Values
// that hold spaces or quotes are quoted; what could break a line or a terminal is escaped.
std::string TextLogLine(int64_t now_us, LogLevel level, std::string_view event,
                        const LogFields& fields);

// Thread-safe. Lines of at least `lowest` are written whole, one at a time.
std::unique_ptr<Log> OpenRunLog(LogFormat format, LogLevel lowest);

}  // namespace varve::cli
