#include "cli/progress_bar.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "cli/output.h"
#include "cli/terminal_text.h"

namespace varve::cli {
namespace {

constexpr auto kBarInterval = std::chrono::milliseconds(100);
constexpr auto kJsonInterval = std::chrono::milliseconds(1000);
constexpr size_t kBarWidth = 24;
constexpr std::string_view kEraseLine = "\r\x1b[K";

double Fraction(const ProgressView& view) {
  if (view.bytes_total == 0) return 0;
  return std::min(1.0,
                  static_cast<double>(view.bytes_done) / static_cast<double>(view.bytes_total));
}

std::string Bar(double fraction, bool color) {
  const auto filled = static_cast<size_t>(fraction * kBarWidth);
  const std::string done(filled, '=');
  const std::string rest(kBarWidth - filled, ' ');
  return color ? fmt::format("[\x1b[32m{}\x1b[0m{}]", done, rest)
               : fmt::format("[{}{}]", done, rest);
}

std::string Eta(const ProgressView& view, double bytes_per_second) {
  if (view.bytes_total == 0 || bytes_per_second <= 0) return "";
  const uint64_t left = view.bytes_total - std::min(view.bytes_done, view.bytes_total);
  return "ETA " + HumanSeconds(static_cast<double>(left) / bytes_per_second);
}

void WriteToStderr(std::string_view text) {
  // Unbuffered and best effort: a bar that cannot be drawn is no reason to stop.
  while (!text.empty()) {
    const ssize_t written = write(STDERR_FILENO, text.data(), text.size());
    if (written <= 0) return;
    text.remove_prefix(static_cast<size_t>(written));
  }
}

bool UseColor() {
  const char* no_color = std::getenv("NO_COLOR");
  const char* term = std::getenv("TERM");
  return (no_color == nullptr || *no_color == '\0') && term != nullptr &&
         std::string_view(term) != "dumb";
}

ProgressMode Resolve(ProgressMode mode) {
  if (mode != ProgressMode::kAuto) return mode;
  return isatty(STDERR_FILENO) != 0 ? ProgressMode::kBar : ProgressMode::kNone;
}

}  // namespace

std::string FormatProgressBar(const ProgressView& view, size_t columns, bool color) {
  const double rate =
      view.pass_seconds > 0 ? static_cast<double>(view.bytes_done) / view.pass_seconds : 0;
  struct Part {
    std::string text;
    size_t width;
    int dropped;  // the highest goes first when the line is too long
  };
  std::vector<Part> parts;
  const auto add = [&parts](std::string text, int dropped) {
    const size_t width = DisplayWidth(text);
    if (!text.empty()) parts.push_back({std::move(text), width, dropped});
  };
  if (view.pass > 1) add(fmt::format("pass {}", view.pass), 1);
  if (view.bytes_total > 0) {
    add(fmt::format("{:3.0f}%", 100 * Fraction(view)), 0);
    parts.push_back({Bar(Fraction(view), color), kBarWidth + 2, 5});
  }
  add(view.bytes_total > 0
          ? fmt::format("{} of {}", HumanBytes(view.bytes_done), HumanBytes(view.bytes_total))
          : HumanBytes(view.bytes_done),
      view.bytes_total > 0 ? 3 : 0);
  add(fmt::format("{:.0f} MB/s", rate / 1e6), 2);
  add(Eta(view, rate), 1);
  add(Plural(view.rows_done, "row"), 4);
  const auto width = [&parts] {
    size_t sum = 0;
    for (const Part& part : parts) sum += part.width + 2;
    return sum == 0 ? 0 : sum - 2;
  };
  while (parts.size() > 1 && width() > columns) {
    parts.erase(std::max_element(parts.begin(), parts.end(), [](const Part& a, const Part& b) {
      return a.dropped < b.dropped;
    }));
  }
  if (width() > columns) return "";
  std::string line;
  for (const Part& part : parts) line += (line.empty() ? "" : "  ") + part.text;
  return line;
}

std::string FormatProgressJson(const ProgressView& view) {
  return fmt::format(R"({{"bytes_done":{},"bytes_total":{},"rows":{},"pass":{},"seconds":{:.3f}}})",
                     view.bytes_done, view.bytes_total, view.rows_done, view.pass,
                     view.pass_seconds);
}

ProgressBar::ProgressBar(const Progress& progress, ProgressMode mode)
    : progress_(progress),
      mode_(Resolve(mode)),
      color_(UseColor()),
      pass_start_(SteadyClock::now()) {
  if (mode_ != ProgressMode::kNone) thread_ = std::thread([this] { Run(); });
}

ProgressBar::~ProgressBar() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stop_.notify_one();
  thread_.join();
}

void ProgressBar::Run() {
  const auto interval = mode_ == ProgressMode::kBar ? kBarInterval : kJsonInterval;
  std::unique_lock lock(mutex_);
  bool drawn = false;
  while (!stop_.wait_for(lock, interval, [this] { return stopping_; })) {
    Draw();
    drawn = true;
  }
  if (mode_ == ProgressMode::kJson) {
    Draw();
  } else if (drawn) {
    WriteToStderr(kEraseLine);
  }
}

void ProgressBar::Draw() {
  const ProgressView view = Look();
  if (mode_ == ProgressMode::kJson) {
    WriteToStderr(FormatProgressJson(view) + "\n");
    return;
  }
  // The last column stays free: writing it makes some terminals wrap.
  const auto columns = static_cast<size_t>(std::max(TerminalColumns(STDERR_FILENO, 80) - 1, 0));
  WriteToStderr(std::string(kEraseLine) + FormatProgressBar(view, columns, color_));
}

ProgressView ProgressBar::Look() {
  ProgressView view;
  view.pass = progress_.pass.load(std::memory_order_relaxed);
  view.bytes_total = progress_.bytes_total.load(std::memory_order_relaxed);
  view.rows_done = progress_.rows_done.load(std::memory_order_relaxed);
  const uint64_t bytes = progress_.bytes_done.load(std::memory_order_relaxed);
  if (view.pass != pass_) {
    pass_ = view.pass;
    pass_start_ = SteadyClock::now();
  }
  view.bytes_done = bytes;
  view.pass_seconds = std::chrono::duration<double>(SteadyClock::now() - pass_start_).count();
  return view;
}

}  // namespace varve::cli
