#include "etl/source/source.h"

#include <algorithm>
#include <utility>

#include "etl/source/sample.h"
#include "etl/source/segment_reader.h"
#include "etl/source/source_impl.h"

namespace varve {
namespace {

// Streams read ahead at once: the one being claimed, and the one after it.
constexpr size_t kFeedsMax = 2;

}  // namespace

Result<std::unique_ptr<Source>> Source::Open(SourceOptions options,
                                             const std::atomic<bool>* cancel) {
  return FileSource::Open(std::move(options), cancel, SegmentPolicy{});
}

Result<std::unique_ptr<Source>> FileSource::Open(SourceOptions options,
                                                 const std::atomic<bool>* cancel,
                                                 const SegmentPolicy& policy) {
  if (!options.groups.empty() && options.groups.size() != options.inputs.size()) {
    return Error{Code::kInvalidArgument, "groups must be empty or one per input"};
  }
  if (!options.ranges.empty() && options.ranges.size() != options.inputs.size()) {
    return Error{Code::kInvalidArgument, "ranges must be empty or one per input"};
  }
  if (std::count(options.inputs.begin(), options.inputs.end(), "-") > 1) {
    return Error{Code::kInvalidArgument, "standard input (-) can be given only once"};
  }
  auto source = std::make_unique<FileSource>(std::move(options), cancel, policy);
  VARVE_RETURN_IF_ERROR(source->inputs_.Probe());
  source->Plan();
  return std::unique_ptr<Source>(std::move(source));
}

FileSource::FileSource(SourceOptions options, const std::atomic<bool>* cancel,
                       const SegmentPolicy& policy)
    : policy_(policy),
      inputs_(std::move(options), cancel),
      pool_(policy.block_bytes * 2 + kBlockPadding) {}

void FileSource::Plan() {
  const auto& groups = inputs_.options().groups;
  std::vector<PlannedInput> planned;
  for (uint32_t file = 0; file < inputs_.count(); ++file) {
    if (inputs_.failed(file)) continue;
    const bool pipe = inputs_.is_pipe(file);
    const bool plain = inputs_.encoding(file) == Encoding::kPlain;
    planned.push_back({file, groups.empty() ? 0 : groups[file], inputs_.stored_bytes(file),
                       plain && !pipe, pipe});
  }
  plan_ = PlanSegments(std::move(planned), policy_);
  for (size_t i = 0; i < plan_.segments.size(); ++i) {
    if (plan_.segments[i].stream) streams_.push_back(i);
  }
}

Result<std::vector<std::string>> FileSource::Sample(size_t count, size_t bytes) {
  return Sampler(&inputs_).Sample(count, bytes);
}

uint64_t FileSource::stored_bytes_read() const {
  const uint64_t total = inputs_.stored_bytes_all();
  const uint64_t read = inputs_.stored_bytes_read();
  return total == 0 ? read : std::min(read, total);
}

// The feed of a planned segment that is a stream; starts it and the next stream's, if need be.
std::shared_ptr<StreamFeed> FileSource::FeedOf(size_t segment) {
  while (next_stream_ < streams_.size() &&
         (streams_[next_stream_] <= segment || feeds_.size() < kFeedsMax)) {
    const size_t planned = streams_[next_stream_++];
    const uint32_t file = plan_.inputs[plan_.segments[planned].first].file;
    feeds_[planned] = std::make_shared<StreamFeed>(
        &inputs_, file, policy_, inputs_.options().readahead_bytes / kFeedsMax, &pool_);
  }
  return feeds_.at(segment);
}

std::unique_ptr<SegmentReader> FileSource::Claim() {
  std::lock_guard lock(claim_mutex_);
  while (next_planned_ < plan_.segments.size() && !inputs_.cancelled()) {
    const PlannedSegment& planned = plan_.segments[next_planned_];
    if (!planned.stream) {
      ++next_planned_;
      return std::make_unique<FileSegmentReader>(&inputs_, &pool_, &plan_, planned, policy_,
                                                 next_index_++);
    }
    auto feed = FeedOf(next_planned_);
    auto segment = feed->Claim();
    if (segment != nullptr) {
      const uint32_t group = plan_.inputs[planned.first].group;
      return std::make_unique<StreamSegmentReader>(std::move(feed), std::move(segment), &pool_,
                                                   next_index_++, group);
    }
    if (inputs_.cancelled()) break;
    feeds_.erase(next_planned_++);
  }
  return nullptr;
}

}  // namespace varve
