#include "base/log.h"

#include <mutex>

#include "base/json_text.h"
#include "base/time_text.h"

namespace varve {

struct JsonLog::State {
  std::mutex mutex;
  Sink sink;
};

std::string_view LogLevelName(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug: return "debug";
    case LogLevel::kInfo: return "info";
    case LogLevel::kWarning: return "warning";
    case LogLevel::kError: return "error";
  }
  return "unknown";
}

std::string LogLine(int64_t now_us, LogLevel level, std::string_view event,
                    const LogFields& fields) {
  std::string line = "{\"time\":\"" + FormatUtc(now_us) + "\",\"level\":\"";
  line.append(LogLevelName(level)).append("\",\"event\":");
  AppendJsonString(event, &line);
  for (const LogField& field : fields) {
    line.push_back(',');
    AppendJsonString(field.key, &line);
    line.push_back(':');
    if (field.is_number) {
      line.append(field.value);
    } else {
      AppendJsonString(field.value, &line);
    }
  }
  line.push_back('}');
  return line;
}

JsonLog::JsonLog(const Clock& clock, LogLevel lowest, Sink sink)
    : clock_(clock), lowest_(lowest), state_(std::make_unique<State>()) {
  state_->sink = std::move(sink);
}

JsonLog::~JsonLog() = default;

void JsonLog::Write(LogLevel level, std::string_view event, const LogFields& fields) {
  if (level < lowest_) return;
  const std::string line = LogLine(clock_.NowUs(), level, event, fields) + "\n";
  const std::lock_guard lock(state_->mutex);
  state_->sink(line);
}

}  // namespace varve
