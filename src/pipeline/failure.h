// Failure: ends a batch that cannot go on, so that its files are tried again and people know.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "pipeline/config.h"
#include "pipeline/deps.h"
#include "pipeline/held_batch.h"
#include "pipeline/meter.h"

namespace varve {

enum class Blame {
  kFiles,   // one of them may be poison: the failure counts as an attempt of each
  kNobody,  // the files are innocent: it does not bring them nearer to being given up
};

class Failure {
 public:
  Failure(const PipelineConfig& config, Deps& deps, HeldBatches& held)
      : config_(config), deps_(deps), held_(held), meter_(config, deps) {}

  // Takes back what was published, fails the batch (each file is pending again, alone; failed for
  // good after attempts_max; missing when its source is gone) and tells people. Repeatable.
  // kConflict: the lease is lost.
  Status FailBatch(HeldBatch& held, std::string_view error, Blame blame, int64_t now_us);

  // Tells people that `batch` failed. Part of FailBatch; on its own, for a process that died in it.
  // Only retryable errors come back: then nobody was told yet.
  Status Tell(const BatchRecord& batch, std::string_view error);
  // Tells people of each file of `batch` that was given up. As Tell.
  Status AlertGivenUp(const BatchRecord& batch, std::string_view error);
  void Alert(std::string_view topic, std::string subject, std::string body);

 private:
  Status End(HeldBatch& held, std::string_view error, Blame blame, int64_t now_us);
  Result<std::vector<ObjectRef>> Vanished(const BatchRecord& batch);
  Result<std::vector<FileRecord>> GivenUp(const BatchRecord& batch);
  void AlertFiles(const BatchRecord& batch, const std::vector<FileRecord>& files,
                  std::string_view error);
  Result<int64_t> RetryTime(const BatchRecord& batch, int64_t now_us);

  const PipelineConfig& config_;
  Deps& deps_;
  HeldBatches& held_;
  Meter meter_;
};

}  // namespace varve
