// World: what outlives every coordinator: stores, queue, tables, and the truth about each file that
// was ever written. Its stores judge each change at the moment it happens.
#pragma once

#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/random.h"
#include "sim/schedule.h"
#include "sim/source_file.h"
#include "testing/fake_clock.h"
#include "testing/memory_execution_store.h"
#include "testing/memory_file_tracker.h"
#include "testing/memory_object_store.h"
#include "testing/memory_queue.h"
#include "testing/memory_schema_ledger.h"
#include "testing/recording_metrics.h"
#include "testing/recording_notifier.h"

namespace varve::sim {

inline constexpr std::string_view kPipeline = "orders";

// An invariant is broken; what() says which.
class Violation : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// No file may be claimed that is in a batch already. Nothing that a process writes about a batch
// may take effect once another one has its lease, or it has a newer one itself.
class Tracker : public MemoryFileTracker {
 public:
  Result<BatchRecord> Claim(const ClaimRequest& request) override;
  Result<BatchRecord> Begin(const BatchRecord& batch, int64_t now_us) override;
  Result<BatchRecord> RecordOutputs(const BatchRecord& batch,
                                    const std::vector<BatchOutput>& outputs,
                                    int64_t now_us) override;
  Result<BatchRecord> Complete(const BatchRecord& batch, const std::vector<FileOutcome>& outcomes,
                               uint32_t attempts_max, int64_t retry_us, int64_t now_us) override;
  Result<BatchRecord> Fail(const BatchRecord& batch, std::string_view error,
                           const std::vector<ObjectRef>& missing, uint32_t attempts_max,
                           int64_t retry_us, int64_t now_us) override;

  uint64_t late_writes() const { return late_writes_; }  // that came too late, and were refused
  uint64_t claims_refused() const { return claims_refused_; }

 private:
  template <typename Write>
  Result<BatchRecord> Judge(const BatchRecord& seen, Write write);

  uint64_t late_writes_ = 0;
  uint64_t claims_refused_ = 0;
};

// Nothing may become visible that is not recorded.
class OutputStore : public MemoryObjectStore {
 public:
  OutputStore(const Clock& clock, FileTracker& tracker)
      : MemoryObjectStore("lake", clock), tracker_(tracker) {}
  Status Move(std::string_view from, std::string_view to) override;
  Result<ObjectInfo> Put(std::string_view key, std::string_view content,
                         PutCondition condition) override;

 private:
  void CheckVisible(std::string_view key);

  FileTracker& tracker_;
};

// No source may go before its rows are committed.
class InputStore : public MemoryObjectStore {
 public:
  InputStore(const Clock& clock, FileTracker& tracker)
      : MemoryObjectStore("landing", clock), tracker_(tracker) {}
  Status DeleteVersion(const ObjectRef& ref) override;
  Status MoveVersion(const ObjectRef& ref, std::string_view to) override;

 private:
  void CheckCommitted(const ObjectRef& ref);

  FileTracker& tracker_;
};

class World {
 public:
  explicit World(const Schedule& schedule);

  // Does what a producer does next: a new file, an overwritten one, or one that goes.
  void Produce();
  // Delivers the events that are due.
  void Deliver();
  int64_t NextEvent() const;  // true time; INT64_MAX: none is under way

  // The truth about a version that was written.
  SourceFile Truth(const ObjectRef& ref) const;
  size_t written() const { return contents_.size(); }

  int64_t now() const { return true_us_; }  // true time: never jumps
  void AdvanceTo(int64_t true_us);
  void JumpClock(int64_t by_us);

  const Schedule& schedule;
  SeededRandom random;
  FakeClock clock;
  Tracker tracker;
  InputStore input;
  OutputStore output;
  MemoryObjectStore manifests;
  MemoryQueue queue;
  MemoryExecutionStore executions;
  MemorySchemaLedger schemas;
  RecordingNotifier notifier;
  RecordingMetrics metrics;
  uint64_t garbage_sent = 0;
  bool hostile = true;
  bool trace = false;

 private:
  using VersionName = std::pair<std::string, std::string>;  // key, version

  void Announce(const ObjectInfo& object, bool removed);
  void Post(std::string body);
  std::string Body(const ObjectInfo& object, bool removed);

  int64_t true_us_ = 0;
  int64_t jumped_us_ = 0;
  std::vector<std::string> keys_;
  std::map<VersionName, std::string> contents_;
  std::multimap<int64_t, std::string> under_way_;  // events, by when they arrive
};

}  // namespace varve::sim
