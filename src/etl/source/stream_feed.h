// StreamFeed: reads one stream (a large compressed file, a pipe) ahead of the workers.
//
// Its own thread inflates, cuts blocks and queues them, segment by segment; it rests while
// `ahead_bytes_max` wait. Blocks are queued in order, so whoever reads the oldest open segment can
// always go on: no order of claiming and reading can deadlock, as long as claimed segments are
// either read or dropped.
// Thread-safety: all methods from any thread; one thread at a time per segment.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>

#include "base/buffer.h"
#include "etl/source/buffer_pool.h"
#include "etl/source/input_set.h"
#include "etl/source/segment_plan.h"
#include "etl/source/source.h"

namespace varve {

class StreamFeed {
 public:
  struct Segment;

  // Starts reading. `inputs` and `pool` must outlive the feed.
  StreamFeed(InputSet* inputs, uint32_t file, const SegmentPolicy& policy, uint64_t ahead_bytes_max,
             BufferPool* pool);
  ~StreamFeed();
  StreamFeed(const StreamFeed&) = delete;
  StreamFeed& operator=(const StreamFeed&) = delete;

  // The next segment, once its first block is there; null at the end of the stream or on cancel.
  std::shared_ptr<Segment> Claim();

  // The segment's next block, in `*buffer`; false at its end, or on cancel.
  bool Next(Segment* segment, Buffer* buffer, Block* block);

  // No more of this segment is wanted.
  void Drop(Segment* segment);

 private:
  struct QueuedBlock {
    Buffer buffer;
    Block block;
  };

  void Run();
  bool Push(QueuedBlock queued);
  void Wait(std::unique_lock<std::mutex>* lock);

  InputSet* inputs_;
  const uint32_t file_;
  const SegmentPolicy policy_;
  const uint64_t ahead_bytes_max_;
  BufferPool* pool_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::shared_ptr<Segment>> unclaimed_;
  std::shared_ptr<Segment> filling_;
  uint64_t ahead_bytes_ = 0;
  bool ended_ = false;
  bool stop_ = false;
  std::thread thread_;
};

struct StreamFeed::Segment {
  std::deque<QueuedBlock> blocks;
  uint64_t bytes = 0;
  bool complete = false;
  bool dropped = false;
};

}  // namespace varve
