#include "adapters/aws/s3/uploader.h"

#include <utility>

namespace varve::aws {

Uploader::Uploader(size_t threads, size_t tasks_max)
    : thread_count_(threads), tasks_max_(tasks_max) {}

Uploader::~Uploader() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void Uploader::Add(std::function<void()> task) {
  std::unique_lock lock(mutex_);
  while (threads_.size() < thread_count_) threads_.emplace_back([this] { Run(); });
  changed_.wait(lock, [this] { return unfinished_ < tasks_max_; });
  ++unfinished_;
  waiting_.push_back(std::move(task));
  changed_.notify_all();
}

void Uploader::Wait() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return unfinished_ == 0; });
}

void Uploader::Run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stop_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    std::function<void()> task = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    task();
    task = nullptr;  // what it holds goes before there is room for another
    lock.lock();
    --unfinished_;
    changed_.notify_all();
  }
}

}  // namespace varve::aws
