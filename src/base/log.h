// Log: structured events. One name for one kind of event, details as fields: never a sentence made
// of untrusted text.
//
// Thread-safe. Logging never fails and never throws.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/clock.h"

namespace varve {

enum class LogLevel { kDebug, kInfo, kWarning, kError };

std::string_view LogLevelName(LogLevel level);  // "debug", "info", "warning", "error"

struct LogField {
  LogField(std::string_view field_key, std::string_view text)
      : key(field_key), value(text), is_number(false) {}
  LogField(std::string_view field_key, const char* text)
      : LogField(field_key, std::string_view(text)) {}
  template <typename T>
  requires std::is_integral_v<T> LogField(std::string_view field_key, T number)
      : key(field_key), value(std::to_string(number)), is_number(true) {}

  std::string key;    // snake_case, unit last
  std::string value;  // any bytes
  bool is_number;
};

using LogFields = std::vector<LogField>;

class Log {
 public:
  virtual ~Log() = default;
  // `event` is snake_case and constant: "batch_completed".
  virtual void Write(LogLevel level, std::string_view event, const LogFields& fields) = 0;
};

// One JSON object, without a newline:
// {"time":"2025-01-17T09:30:00.000000Z","level":"info","event":"...",<fields>}
// Control characters are escaped and bytes that are not UTF-8 replaced, whatever a key holds.
std::string LogLine(int64_t now_us, LogLevel level, std::string_view event,
                    const LogFields& fields);

// Hands each event of at least `lowest` to `sink` as a line that ends in '\n', one at a time.
class JsonLog : public Log {
 public:
  using Sink = std::function<void(std::string_view line)>;
  JsonLog(const Clock& clock, LogLevel lowest, Sink sink);
  ~JsonLog() override;
  void Write(LogLevel level, std::string_view event, const LogFields& fields) override;

 private:
  struct State;
  const Clock& clock_;
  const LogLevel lowest_;
  const std::unique_ptr<State> state_;
};

}  // namespace varve
