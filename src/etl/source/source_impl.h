// The Source over files and pipes. The policy is injectable for tests: users cannot set it, since
// output bytes depend on it.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "etl/source/buffer_pool.h"
#include "etl/source/input_set.h"
#include "etl/source/segment_plan.h"
#include "etl/source/source.h"
#include "etl/source/stream_feed.h"

namespace varve {

class FileSource : public Source {
 public:
  static Result<std::unique_ptr<Source>> Open(SourceOptions options,
                                              const std::atomic<bool>* cancel,
                                              const SegmentPolicy& policy);
  FileSource(SourceOptions options, const std::atomic<bool>* cancel, const SegmentPolicy& policy);

  ~FileSource() override { inputs_.Stop(); }

  std::unique_ptr<SegmentReader> Claim() override;
  Result<std::vector<std::string>> Sample(size_t count, size_t bytes) override;

  uint64_t stored_bytes() const override { return inputs_.stored_bytes_all(); }
  uint64_t stored_bytes_read() const override;
  uint64_t stored_bytes_of(uint32_t file) const override { return inputs_.stored_bytes(file); }
  std::string reread_path(uint32_t file) const override { return inputs_.reread_path(file); }
  std::vector<SourceError> errors() const override { return inputs_.errors(); }
  std::vector<uint32_t> failed_files() const override { return inputs_.failed_files(); }

 private:
  void Plan();
  std::shared_ptr<StreamFeed> FeedOf(size_t segment);

  const SegmentPolicy policy_;
  InputSet inputs_;
  BufferPool pool_;
  SegmentPlan plan_;
  std::vector<size_t> streams_;  // the plan's segments that are streams

  std::mutex claim_mutex_;
  size_t next_planned_ = 0;  // in plan_.segments
  size_t next_stream_ = 0;   // in streams_: the first that has no feed yet
  uint64_t next_index_ = 0;
  std::unordered_map<size_t, std::shared_ptr<StreamFeed>> feeds_;
};

}  // namespace varve
