// Uploader: requests that are made beside the work that leads to them, a few at a time.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace varve::aws {

// Thread-safe.
class Uploader {
 public:
  // At most `tasks_max` are under way or wait, which bounds what they hold.
  Uploader(size_t threads, size_t tasks_max);
  ~Uploader();  // when all have ended
  Uploader(const Uploader&) = delete;
  Uploader& operator=(const Uploader&) = delete;

  // Runs `task` soon, by another thread; they begin in order. Waits for room.
  void Add(std::function<void()> task);
  // Waits until all that were added have ended.
  void Wait();

 private:
  void Run();

  const size_t thread_count_;
  const size_t tasks_max_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> waiting_;
  size_t unfinished_ = 0;  // those that run, too
  bool stop_ = false;
  std::vector<std::thread> threads_;  // none before the first task
};

}  // namespace varve::aws
