#include "cli/run_log.h"

#include <unistd.h>

#include <cerrno>
#include <mutex>
#include <string_view>

#include "base/clock.h"
#include "base/time_text.h"
#include "cli/terminal_text.h"

namespace varve::cli {
namespace {

constexpr size_t kMillisecondLength = 23;  // of "2025-01-17T09:30:00.123456Z"

// A log that cannot be written must not stop the work, so a failure ends the line there.
void WriteWhole(std::string_view line) {
  while (!line.empty()) {
    const ssize_t written = write(STDERR_FILENO, line.data(), line.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    line.remove_prefix(static_cast<size_t>(written));
  }
}

std::string FieldText(const LogField& field) {
  std::string value = Printable(field.value);
  if (value.find_first_of(" \"=") == value.npos && !value.empty()) return value;
  std::string quoted = "\"";
  for (const char c : value) {
    if (c == '"') quoted += '\\';
    quoted += c;
  }
  return quoted + "\"";
}

class TextLog : public Log {
 public:
  explicit TextLog(LogLevel lowest) : lowest_(lowest) {}
  void Write(LogLevel level, std::string_view event, const LogFields& fields) override {
    if (level < lowest_) return;
    const std::string line = TextLogLine(SystemClock().NowUs(), level, event, fields);
    const std::lock_guard lock(mutex_);
    WriteWhole(line);
  }

 private:
  const LogLevel lowest_;
  std::mutex mutex_;
};

}  // namespace

std::string TextLogLine(int64_t now_us, LogLevel level, std::string_view event,
                        const LogFields& fields) {
  std::string line = FormatUtc(now_us).substr(0, kMillisecondLength) + "Z ";
  line.append(LogLevelName(level)).append(" ").append(event);
  for (const LogField& field : fields) line += " " + field.key + "=" + FieldText(field);
  return line + "\n";
}

std::unique_ptr<Log> OpenRunLog(LogFormat format, LogLevel lowest) {
  if (format == LogFormat::kText) return std::make_unique<TextLog>(lowest);
  return std::make_unique<JsonLog>(SystemClock(), lowest, WriteWhole);
}

}  // namespace varve::cli
