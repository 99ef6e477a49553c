// The progress bar: one line on stderr, redrawn every 100 ms by its own thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "etl/convert/convert.h"

namespace varve::cli {

enum class ProgressMode { kAuto, kBar, kJson, kNone };

// One moment of a conversion.
struct ProgressView {
  uint64_t bytes_total = 0;  // 0: unknown
  uint64_t bytes_done = 0;   // in this pass
  uint64_t rows_done = 0;
  int pass = 1;
  double pass_seconds = 0;  // since this pass began
};

// One line of at most `columns`, without a line break. Drops the bar, then rows, then sizes, when
// the terminal is narrow.
std::string FormatProgressBar(const ProgressView& view, size_t columns, bool color);

// One JSON object: {"bytes_done","bytes_total","rows","pass","seconds"}.
std::string FormatProgressJson(const ProgressView& view);

// Draws from construction to destruction, which erases the bar (kBar) or writes a last line
// (kJson). kAuto is kBar when stderr is a terminal, else kNone.
class ProgressBar {
 public:
  ProgressBar(const Progress& progress, ProgressMode mode);
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

 private:
  using SteadyClock = std::chrono::steady_clock;

  void Run();
  void Draw();
  ProgressView Look();

  const Progress& progress_;
  ProgressMode mode_;
  bool color_;
  int pass_ = 1;
  SteadyClock::time_point pass_start_;
  std::mutex mutex_;
  std::condition_variable stop_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace varve::cli
