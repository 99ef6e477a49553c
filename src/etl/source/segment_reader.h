// The two kinds of SegmentReader: over files that the reader opens itself, and over a StreamFeed.
#pragma once

#include <memory>
#include <optional>

#include "etl/source/block_cutter.h"
#include "etl/source/buffer_pool.h"
#include "etl/source/input_set.h"
#include "etl/source/segment_plan.h"
#include "etl/source/source.h"
#include "etl/source/stream_feed.h"

namespace varve {

// Reads whole files and byte ranges of files, inflating as it goes.
class FileSegmentReader : public SegmentReader {
 public:
  FileSegmentReader(InputSet* inputs, BufferPool* pool, const SegmentPlan* plan,
                    const PlannedSegment& segment, const SegmentPolicy& policy, uint64_t index);
  ~FileSegmentReader() override;

  bool Next(Block* block) override;
  uint64_t index() const override { return index_; }
  uint32_t group() const override { return plan_->inputs[segment_.first].group; }

 private:
  void OpenInput();
  void CloseInput();

  InputSet* inputs_;
  BufferPool* pool_;
  const SegmentPlan* plan_;
  const PlannedSegment segment_;
  const SegmentPolicy policy_;
  const uint64_t index_;
  Buffer buffer_;
  size_t next_input_;
  uint32_t file_ = 0;
  std::unique_ptr<InputStream> stream_;
  std::optional<BlockCutter> cutter_;
};

// Reads what a StreamFeed has inflated.
class StreamSegmentReader : public SegmentReader {
 public:
  StreamSegmentReader(std::shared_ptr<StreamFeed> feed,
                      std::shared_ptr<StreamFeed::Segment> segment, BufferPool* pool,
                      uint64_t index, uint32_t group);
  ~StreamSegmentReader() override;

  bool Next(Block* block) override;
  uint64_t index() const override { return index_; }
  uint32_t group() const override { return group_; }

 private:
  std::shared_ptr<StreamFeed> feed_;
  std::shared_ptr<StreamFeed::Segment> segment_;
  BufferPool* pool_;
  const uint64_t index_;
  const uint32_t group_;
  Buffer buffer_;
};

}  // namespace varve
