#include "etl/source/stream_feed.h"

#include <chrono>
#include <utility>

#include "etl/source/block_cutter.h"

namespace varve {
namespace {

// How soon a waiting thread sees that the user cancelled; a signal handler cannot notify it.
constexpr auto kCancelPoll = std::chrono::milliseconds(100);

}  // namespace

StreamFeed::StreamFeed(InputSet* inputs, uint32_t file, const SegmentPolicy& policy,
                       uint64_t ahead_bytes_max, BufferPool* pool)
    : inputs_(inputs),
      file_(file),
      policy_(policy),
      ahead_bytes_max_(ahead_bytes_max),
      pool_(pool),
      thread_([this] { Run(); }) {}

StreamFeed::~StreamFeed() {
  {
    std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void StreamFeed::Wait(std::unique_lock<std::mutex>* lock) { changed_.wait_for(*lock, kCancelPoll); }

void StreamFeed::Run() {
  auto stream = inputs_->Open(file_, 0, UINT64_MAX);
  if (stream != nullptr) {
    BlockCutter cutter(stream.get(), file_, {}, policy_.block_bytes,
                       inputs_->options().line_bytes_max);
    for (;;) {
      QueuedBlock queued{pool_->Take(), {}};
      auto more = cutter.Next(&queued.buffer, &queued.block);
      if (!more.ok()) inputs_->Fail(file_, *stream, more.error());
      if (!more.ok() || !*more) break;
      if (!Push(std::move(queued))) break;
    }
    auto status = stream->Finish();
    if (!status.ok()) inputs_->Fail(file_, *stream, status.error());
  }
  {
    std::lock_guard lock(mutex_);
    if (filling_ != nullptr) filling_->complete = true;
    filling_.reset();
    ended_ = true;
  }
  changed_.notify_all();
}

// Queues the block once there is room. False when nobody wants any more.
bool StreamFeed::Push(QueuedBlock queued) {
  const uint64_t held_bytes = queued.buffer.capacity();
  const uint64_t line_bytes = queued.block.oversized ? queued.block.line_bytes : queued.block.size;
  std::unique_lock lock(mutex_);
  while (ahead_bytes_ > 0 && ahead_bytes_ + held_bytes > ahead_bytes_max_ && !stop_ &&
         !inputs_->cancelled()) {
    Wait(&lock);
  }
  if (stop_ || inputs_->cancelled()) return false;
  if (filling_ != nullptr && filling_->bytes >= policy_.segment_bytes) {
    filling_->complete = true;
    filling_.reset();
  }
  if (filling_ == nullptr) {
    filling_ = std::make_shared<Segment>();
    unclaimed_.push_back(filling_);
  }
  filling_->bytes += line_bytes;
  if (filling_->dropped) {
    pool_->GiveBack(std::move(queued.buffer));
  } else {
    ahead_bytes_ += held_bytes;
    filling_->blocks.push_back(std::move(queued));
  }
  lock.unlock();
  changed_.notify_all();
  return true;
}

std::shared_ptr<StreamFeed::Segment> StreamFeed::Claim() {
  std::unique_lock lock(mutex_);
  while (unclaimed_.empty() && !ended_ && !inputs_->cancelled()) Wait(&lock);
  if (unclaimed_.empty() || inputs_->cancelled()) return nullptr;
  auto segment = std::move(unclaimed_.front());
  unclaimed_.pop_front();
  return segment;
}

bool StreamFeed::Next(Segment* segment, Buffer* buffer, Block* block) {
  std::unique_lock lock(mutex_);
  while (segment->blocks.empty() && !segment->complete && !inputs_->cancelled()) Wait(&lock);
  if (segment->blocks.empty() || inputs_->cancelled()) return false;
  *buffer = std::move(segment->blocks.front().buffer);
  *block = segment->blocks.front().block;
  segment->blocks.pop_front();
  ahead_bytes_ -= buffer->capacity();
  lock.unlock();
  changed_.notify_all();
  return true;
}

void StreamFeed::Drop(Segment* segment) {
  {
    std::lock_guard lock(mutex_);
    segment->dropped = true;
    for (QueuedBlock& queued : segment->blocks) {
      ahead_bytes_ -= queued.buffer.capacity();
      pool_->GiveBack(std::move(queued.buffer));
    }
    segment->blocks.clear();
  }
  changed_.notify_all();
}

}  // namespace varve
