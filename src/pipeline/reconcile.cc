#include "pipeline/reconcile.h"

#include <algorithm>
#include <utility>

#include "model/names.h"

namespace varve {
namespace {

// Whoever has little time looks at the clock between two pages: one must be short, also when all
// that is on it has to be repaired.
constexpr int kReconcilePage = 100;

bool Made(const BatchRecord& batch, std::string_view key) {
  return std::any_of(batch.outputs.begin(), batch.outputs.end(),
                     [key](const BatchOutput& output) { return output.final_key == key; });
}

}  // namespace

std::string_view FindingName(Finding finding) {
  switch (finding) {
    case Finding::kMissedEvent: return "missed_event";
    case Finding::kVanishedSource: return "vanished_source";
    case Finding::kStuckLease: return "stuck_lease";
    case Finding::kLostOutput: return "lost_output";
    case Finding::kOrphanOutput: return "orphan_output";
    case Finding::kUnknownOutput: return "unknown_output";
    case Finding::kStagedLeftover: return "staged_leftover";
  }
  return "unknown";
}

Result<bool> Reconciler::Step(int64_t now_us) {
  if (phase_ == Phase::kDone) return true;
  VARVE_RETURN_IF_ERROR(Page(now_us));
  if (after_.empty()) {
    phase_ = scope_ == ReconcileScope::kNewInput ? Phase::kDone
                                                 : static_cast<Phase>(static_cast<int>(phase_) + 1);
  }
  return phase_ == Phase::kDone;
}

std::string Reconciler::Position() const {
  const bool begun = phase_ != Phase::kInput || !after_.empty();
  if (!begun || phase_ == Phase::kDone) return {};
  return std::to_string(static_cast<int>(phase_)) + " " + after_;
}

void Reconciler::GoOn(std::string_view position) {
  const size_t space = position.find(' ');
  if (space != 1 || position[0] < '0') return;
  const auto phase = static_cast<Phase>(position[0] - '0');
  if (phase >= Phase::kDone) return;
  phase_ = phase;
  after_ = position.substr(space + 1);
}

Status Reconciler::Page(int64_t now_us) {
  switch (phase_) {
    case Phase::kInput: return InputPage(now_us);
    case Phase::kPending: return SourcePage(FileState::kPending, now_us);
    case Phase::kFailed: return SourcePage(FileState::kFailed, now_us);
    case Phase::kLeases: return LeasePage(now_us);
    case Phase::kOutputs: return OutputPage(now_us);
    case Phase::kRecords: return RecordPage(now_us);
    case Phase::kStaging: return StagingPage(now_us);
    case Phase::kDone: break;
  }
  return Ok{};
}

// An object dated in the future, which a clock set back leaves behind, is not young.
bool Reconciler::IsYoung(const ObjectInfo& object, int64_t now_us) const {
  const int64_t age_us = now_us - object.modified_us;
  return age_us < config_.reconcile_grace_us && age_us > -config_.reconcile_grace_us;
}

Status Reconciler::Found(Finding finding, std::string_view key, int64_t now_us) {
  if (repair_) {
    VARVE_RETURN_IF_ERROR(Repair(finding, key, now_us));
  }
  ++report_.found[static_cast<int>(finding)];
  if (report_.examples.size() < ReconcileReport::kExamplesMax) {
    report_.examples.push_back({finding, std::string(key)});
  }
  deps_.log.Write(LogLevel::kWarning, "reconcile_found",
                  {{"pipeline", config_.name},
                   {"finding", FindingName(finding)},
                   {"key", key},
                   {"repair", repair_ ? "yes" : "no"}});
  return Ok{};
}

Status Reconciler::Repair(Finding finding, std::string_view key, int64_t now_us) {
  switch (finding) {
    case Finding::kMissedEvent:
    case Finding::kVanishedSource:
      VARVE_RETURN_IF_ERROR(ingest_.Look(key, "", "", "reconcile", now_us));
      break;
    case Finding::kOrphanOutput:
    case Finding::kStagedLeftover: VARVE_RETURN_IF_ERROR(deps_.output.Delete(key)); break;
    case Finding::kStuckLease:
    case Finding::kLostOutput:
    case Finding::kUnknownOutput: return Ok{};
  }
  ++report_.repaired[static_cast<int>(finding)];
  return Ok{};
}

Result<bool> Reconciler::IsMissedEvent(const ObjectInfo& object, int64_t now_us) {
  const auto file = deps_.tracker.Get(config_.name, object.ref);
  if (file.ok() && file->state != FileState::kMissing && file->state != FileState::kSuperseded) {
    return false;
  }
  if (!file.ok() && file.error().code != Code::kNotFound) return file.error();
  // The event of an object this new is on its way; a file may still be growing.
  const int64_t age_us = now_us - object.modified_us;
  if (age_us < config_.settle_us && age_us > -config_.settle_us) return false;
  // Lists may be late: HEAD decides.
  const auto head = deps_.input.Head(object.ref.key);
  if (!head.ok() && head.error().code != Code::kNotFound) return head.error();
  return head.ok() && head->ref == object.ref;
}

Status Reconciler::InputPage(int64_t now_us) {
  const bool is_scan = scope_ == ReconcileScope::kNewInput;
  VARVE_ASSIGN_OR_RETURN(const ListPage page,
                         deps_.input.List(config_.input_prefix, after_, kReconcilePage));
  for (const ObjectInfo& object : page.objects) {
    if (!IsInput(config_, object.ref.key)) continue;
    VARVE_ASSIGN_OR_RETURN(const bool missed, IsMissedEvent(object, now_us));
    if (!missed) continue;
    VARVE_RETURN_IF_ERROR(is_scan ? ingest_.Look(object.ref.key, "", "", "listing", now_us)
                                  : Found(Finding::kMissedEvent, object.ref.key, now_us));
  }
  after_ = page.next;
  return Ok{};
}

Status Reconciler::SourcePage(FileState state, int64_t now_us) {
  FileFilter filter;
  filter.state = state;
  VARVE_ASSIGN_OR_RETURN(const FilePage page,
                         deps_.tracker.Files(config_.name, filter, after_, kReconcilePage));
  for (const FileRecord& file : page.files) {
    const auto head = deps_.input.Head(file.object.ref.key);
    if (head.ok()) continue;
    if (head.error().code != Code::kNotFound) return head.error();
    VARVE_RETURN_IF_ERROR(Found(Finding::kVanishedSource, file.object.ref.key, now_us));
  }
  after_ = page.next;
  return Ok{};
}

Status Reconciler::LeasePage(int64_t now_us) {
  // The margin keeps out those that the running pipeline is about to take over.
  VARVE_ASSIGN_OR_RETURN(
      const auto abandoned,
      deps_.tracker.Abandoned(config_.name, now_us - config_.lease_us, kReconcilePage));
  for (const BatchRecord& batch : abandoned) {
    VARVE_RETURN_IF_ERROR(Found(Finding::kStuckLease, batch.id, now_us));
  }
  return Ok{};
}

Status Reconciler::CheckOutput(const ObjectInfo& object, int64_t now_us) {
  const auto id = BatchOfOutputKey(object.ref.key);
  if (!id || object.ref.key.starts_with(kStagingRoot) || IsYoung(object, now_us)) return Ok{};
  const auto batch = deps_.tracker.GetBatch(config_.name, *id);
  if (!batch.ok()) {
    if (batch.error().code != Code::kNotFound) return batch.error();
    return Found(Finding::kUnknownOutput, object.ref.key, now_us);
  }
  if (!HasEnded(batch->state) || Made(*batch, object.ref.key)) return Ok{};
  return Found(Finding::kOrphanOutput, object.ref.key, now_us);
}

Status Reconciler::OutputPage(int64_t now_us) {
  VARVE_ASSIGN_OR_RETURN(const ListPage page,
                         deps_.output.List(config_.output_prefix, after_, kReconcilePage));
  for (const ObjectInfo& object : page.objects) {
    VARVE_RETURN_IF_ERROR(CheckOutput(object, now_us));
  }
  after_ = page.next;
  return Ok{};
}

Status Reconciler::RecordPage(int64_t now_us) {
  VARVE_ASSIGN_OR_RETURN(
      const BatchPage page,
      deps_.tracker.Batches(config_.name, {BatchState::kCompleted, ""}, after_, kReconcilePage));
  for (const BatchRecord& batch : page.batches) {
    for (const BatchOutput& output : batch.outputs) {
      const auto head = deps_.output.Head(output.final_key);
      if (head.ok()) continue;
      if (head.error().code != Code::kNotFound) return head.error();
      VARVE_RETURN_IF_ERROR(Found(Finding::kLostOutput, output.final_key, now_us));
    }
  }
  after_ = page.next;
  return Ok{};
}

Result<bool> Reconciler::IsStagedLeftover(const ObjectInfo& object, int64_t now_us) {
  const auto id = BatchOfStagedKey(config_.name, object.ref.key);
  if (!id || IsYoung(object, now_us)) return false;
  const auto batch = deps_.tracker.GetBatch(config_.name, *id);
  if (batch.ok()) return HasEnded(batch->state);
  if (batch.error().code != Code::kNotFound) return batch.error();
  return true;  // no reader sees it and nothing can publish it
}

Status Reconciler::StagingPage(int64_t now_us) {
  const std::string root = std::string(kStagingRoot) + config_.name + "/";
  VARVE_ASSIGN_OR_RETURN(const ListPage page, deps_.output.List(root, after_, kReconcilePage));
  for (const ObjectInfo& object : page.objects) {
    VARVE_ASSIGN_OR_RETURN(const bool leftover, IsStagedLeftover(object, now_us));
    if (!leftover) continue;
    VARVE_RETURN_IF_ERROR(Found(Finding::kStagedLeftover, object.ref.key, now_us));
  }
  after_ = page.next;
  return Ok{};
}

Result<ReconcileReport> Reconcile(const PipelineConfig& config, Deps& deps, bool repair,
                                  int64_t now_us) {
  Reconciler reconciler(config, deps, repair);
  while (true) {
    VARVE_ASSIGN_OR_RETURN(const bool done, reconciler.Step(now_us));
    if (done) return reconciler.report();
  }
}

}  // namespace varve
