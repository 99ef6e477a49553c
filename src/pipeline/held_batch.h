// HeldBatches: the batches that this process works on, each under a lease that it renews.
//
// What a step may do to a batch rests on the fence that came with the lease. It is the one in
// memory: reading it from the tracker would lend a process that lost its lease its successor's.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "model/batch.h"
#include "model/manifest.h"
#include "pipeline/config.h"
#include "pipeline/deps.h"

namespace varve {

struct HeldBatch {
  BatchRecord record;                // as last seen, with this process's fence
  std::string execution;             // its workflow's name
  bool started = false;              // manifest written and workflow started
  std::optional<Manifest> manifest;  // as written, once this process has seen it
  bool leased = true;     // false: the batch has ended, only the rest of its workflow is to be done
  int64_t wake_us = 0;    // nothing to do before
  uint32_t failures = 0;  // in a row, of things that are no step of the workflow
};

class HeldBatches {
 public:
  using Map = std::map<std::string, HeldBatch, std::less<>>;  // by execution

  HeldBatches(const PipelineConfig& config, Deps& deps) : config_(config), deps_(deps) {}

  HeldBatch& Add(BatchRecord record, bool leased);
  HeldBatch* Find(std::string_view execution);
  bool Holds(std::string_view batch) const;
  Map& all() { return held_; }
  size_t size() const { return held_.size(); }
  void Drop(std::string_view execution);

  // A new lease with a higher fence. A batch that ended under this process's fence is `leased` no
  // more, and no error. kConflict: another process has it.
  Status Renew(HeldBatch& held, int64_t now_us);
  // Whether so much of the lease has passed, or the clock has jumped so far, that it is time.
  bool IsDue(const HeldBatch& held, int64_t now_us) const;
  // Gives the lease back, so that another process need not wait for its end.
  void Release(HeldBatch& held, int64_t now_us);
  // Waits longer each time something about it fails.
  void BackOff(HeldBatch& held, int64_t now_us);

 private:
  const PipelineConfig& config_;
  Deps& deps_;
  Map held_;
};

}  // namespace varve
