// Reconcile: compares what is in the input, what is tracked and what is in the output, and finds
// where they disagree: events that never came, sources that vanished, outputs and staged objects
// that belong to nothing.
//
// Works in steps of one page each, so that it can run beside everything else. Without `repair` it
// changes nothing. What it cannot prove to be a leftover it reports and leaves alone: an output of
// a batch that is not tracked at all would be the whole lake, had the state been lost.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "pipeline/config.h"
#include "pipeline/deps.h"
#include "pipeline/ingest.h"

namespace varve {

enum class Finding {
  kMissedEvent,     // an input that is not tracked, or taken for gone or superseded -> pending
  kVanishedSource,  // pending or failed, but gone -> missing
  kStuckLease,      // an unfinished batch nobody works on -> taken over (by a running pipeline)
  kLostOutput,      // recorded, but not there -> only reported; varve reprocess makes it again
  kOrphanOutput,    // there, but its batch failed or has other outputs -> deleted
  kUnknownOutput,   // there, and its batch is not tracked -> only reported
  kStagedLeftover,  // staged for a batch that has ended -> deleted
};
inline constexpr int kFindings = 7;

std::string_view FindingName(Finding finding);  // "missed_event", ...

struct ReconcileReport {
  static constexpr size_t kExamplesMax = 1000;

  struct Example {
    Finding finding = Finding::kMissedEvent;
    std::string key;  // of the object, or the batch's id
  };

  uint64_t found[kFindings] = {};
  uint64_t repaired[kFindings] = {};
  std::vector<Example> examples;  // the first kExamplesMax

  uint64_t Found(Finding finding) const { return found[static_cast<int>(finding)]; }
};

enum class ReconcileScope {
  kAll,
  kNewInput,  // only input that is not tracked, which is no finding but how the store tells of it
};

class Reconciler {
 public:
  Reconciler(const PipelineConfig& config, Deps& deps, bool repair,
             ReconcileScope scope = ReconcileScope::kAll)
      : config_(config), deps_(deps), ingest_(config, deps), repair_(repair), scope_(scope) {}

  // One page of work; true: the whole is done and report() is complete. After an error the same
  // page is tried again.
  Result<bool> Step(int64_t now_us);
  const ReconcileReport& report() const { return report_; }

  // Where it is; empty: at the beginning, or done. Another process goes on from there with GoOn
  // before its first Step, and reports on the rest alone. A text that says nothing is the
  // beginning.
  std::string Position() const;
  void GoOn(std::string_view position);

 private:
  enum class Phase { kInput, kPending, kFailed, kLeases, kOutputs, kRecords, kStaging, kDone };

  Status Page(int64_t now_us);
  Status InputPage(int64_t now_us);
  Status SourcePage(FileState state, int64_t now_us);
  Status LeasePage(int64_t now_us);
  Status OutputPage(int64_t now_us);
  Status RecordPage(int64_t now_us);
  Status StagingPage(int64_t now_us);

  Result<bool> IsMissedEvent(const ObjectInfo& object, int64_t now_us);
  Status CheckOutput(const ObjectInfo& object, int64_t now_us);
  Result<bool> IsStagedLeftover(const ObjectInfo& object, int64_t now_us);
  Status Repair(Finding finding, std::string_view key, int64_t now_us);
  Status Found(Finding finding, std::string_view key, int64_t now_us);
  bool IsYoung(const ObjectInfo& object, int64_t now_us) const;

  const PipelineConfig& config_;
  Deps& deps_;
  Ingest ingest_;
  const bool repair_;
  const ReconcileScope scope_;
  Phase phase_ = Phase::kInput;
  std::string after_;
  ReconcileReport report_;
};

// All of it at once: what `varve reconcile` runs.
Result<ReconcileReport> Reconcile(const PipelineConfig& config, Deps& deps, bool repair,
                                  int64_t now_us);

}  // namespace varve
