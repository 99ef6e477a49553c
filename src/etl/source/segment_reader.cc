#include "etl/source/segment_reader.h"

#include <utility>

namespace varve {

FileSegmentReader::FileSegmentReader(InputSet* inputs, BufferPool* pool, const SegmentPlan* plan,
                                     const PlannedSegment& segment, const SegmentPolicy& policy,
                                     uint64_t index)
    : inputs_(inputs),
      pool_(pool),
      plan_(plan),
      segment_(segment),
      policy_(policy),
      index_(index),
      buffer_(pool->Take()),
      next_input_(segment.first) {}

FileSegmentReader::~FileSegmentReader() { pool_->GiveBack(std::move(buffer_)); }

bool FileSegmentReader::Next(Block* block) {
  while (!inputs_->cancelled()) {
    if (stream_ == nullptr) {
      if (next_input_ == segment_.last) return false;
      OpenInput();
      continue;
    }
    auto more = inputs_->failed(file_) ? Result<bool>(false) : cutter_->Next(&buffer_, block);
    if (more.ok() && *more) return true;
    if (!more.ok()) inputs_->Fail(file_, *stream_, more.error());
    CloseInput();
  }
  return false;
}

// Opens the segment's next input, unless it is empty or has failed.
void FileSegmentReader::OpenInput() {
  const size_t position = next_input_++;
  const PlannedInput& input = plan_->inputs[position];
  if (input.bytes == 0 || inputs_->failed(input.file)) return;
  BlockCutter::Range range;
  if (input.splittable) {
    const uint64_t begin = inputs_->range(input.file).begin;
    range.begin = begin + (position == segment_.first ? segment_.first_begin : 0);
    range.end = begin + (position + 1 == segment_.last ? segment_.last_end : input.bytes);
  }
  file_ = input.file;
  stream_ = inputs_->Open(file_, BlockCutter::StreamOffset(range), range.end);
  if (stream_ == nullptr) return;
  cutter_.emplace(stream_.get(), file_, range, policy_.block_bytes,
                  inputs_->options().line_bytes_max);
}

void FileSegmentReader::CloseInput() {
  auto status = stream_->Finish();
  if (!status.ok()) inputs_->Fail(file_, *stream_, status.error());
  cutter_.reset();
  stream_.reset();
}

StreamSegmentReader::StreamSegmentReader(std::shared_ptr<StreamFeed> feed,
                                         std::shared_ptr<StreamFeed::Segment> segment,
                                         BufferPool* pool, uint64_t index, uint32_t group)
    : feed_(std::move(feed)),
      segment_(std::move(segment)),
      pool_(pool),
      index_(index),
      group_(group) {}

StreamSegmentReader::~StreamSegmentReader() {
  feed_->Drop(segment_.get());
  pool_->GiveBack(std::move(buffer_));
}

bool StreamSegmentReader::Next(Block* block) {
  pool_->GiveBack(std::move(buffer_));
  return feed_->Next(segment_.get(), &buffer_, block);
}

}  // namespace varve
