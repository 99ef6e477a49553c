#include "pipeline/reprocess.h"

#include <set>
#include <utility>

#include "base/time_text.h"
#include "pipeline/builder.h"

namespace varve {
namespace {

constexpr int kReprocessPage = 1000;

bool Matches(const FileRecord& file, const ReprocessRequest& request) {
  return (!request.key || file.object.ref.key == *request.key) &&
         (!request.partition || PartitionDate(file) == *request.partition) &&
         (!request.since_us || file.updated_us >= *request.since_us);
}

Status Validate(const ReprocessRequest& request) {
  if (!request.key && !request.partition && !request.since_us) {
    return Error{Code::kInvalidArgument, "say what to reprocess: a file, a partition or a time"};
  }
  if (request.partition && !IsDay(*request.partition)) {
    return Error{Code::kInvalidArgument,
                 "a partition is a day, as in 2025-01-17, not " + *request.partition};
  }
  return Ok{};
}

Result<std::set<std::string>> BatchesOf(const PipelineConfig& config, Deps& deps,
                                        const ReprocessRequest& request) {
  std::set<std::string> batches;
  FileFilter filter;
  filter.state = FileState::kCompleted;
  filter.key_prefix = request.key.value_or("");
  std::string after;
  do {
    VARVE_ASSIGN_OR_RETURN(const FilePage page,
                           deps.tracker.Files(config.name, filter, after, kReprocessPage));
    for (const FileRecord& file : page.files) {
      if (Matches(file, request)) batches.insert(file.batch);
    }
    after = page.next;
  } while (!after.empty());
  return batches;
}

// Empty: every source of `batch` can be read again.
Result<std::string> WhyNot(Deps& deps, const BatchRecord& batch) {
  if (batch.state != BatchState::kCompleted) {
    return "it is " + std::string(BatchStateName(batch.state));
  }
  for (const ObjectRef& ref : batch.files) {
    const auto head = deps.input.Head(ref.key);
    if (head.ok() && head->ref == ref) continue;
    if (!head.ok() && head.error().code != Code::kNotFound) return head.error();
    return "its source " + ToString(ref) + (head.ok() ? " was overwritten" : " is gone");
  }
  return std::string();
}

// Gives the reason why it was refused; empty: it is open.
Result<std::string> Reopen(const PipelineConfig& config, Deps& deps, const BatchRecord& batch,
                           const ReprocessRequest& request, int64_t now_us) {
  VARVE_ASSIGN_OR_RETURN(std::string why_not, WhyNot(deps, batch));
  if (!why_not.empty()) return why_not;
  // With a lease that has ended: whoever sweeps next converts it.
  auto opened = deps.tracker.Reopen(config.name, batch.id, request.by,
                                    "to be reprocessed, asked by " + request.by, now_us, 0);
  if (opened.ok()) return std::string();
  if (opened.error().code != Code::kConflict) return opened.error();
  return std::move(opened.error().message);
}

}  // namespace

Result<ReprocessReport> Reprocess(const PipelineConfig& config, Deps& deps,
                                  const ReprocessRequest& request, int64_t now_us) {
  VARVE_RETURN_IF_ERROR(Validate(request));
  VARVE_ASSIGN_OR_RETURN(const auto ids, BatchesOf(config, deps, request));
  ReprocessReport report;
  for (const std::string& id : ids) {
    VARVE_ASSIGN_OR_RETURN(const BatchRecord batch, deps.tracker.GetBatch(config.name, id));
    VARVE_ASSIGN_OR_RETURN(std::string refusal, Reopen(config, deps, batch, request, now_us));
    if (refusal.empty()) {
      report.batches.push_back(id);
      report.files += batch.files.size();
    } else {
      report.refused.push_back({id, std::move(refusal)});
    }
  }
  return report;
}

}  // namespace varve
