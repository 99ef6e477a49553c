#include "pipeline/failure.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "model/file_rules.h"
#include "pipeline/publish.h"

namespace varve {
void Failure::Alert(std::string_view topic, std::string subject, std::string body) {
  varve::Alert alert;
  alert.pipeline = config_.name;
  alert.subject = std::move(subject);
  alert.body = std::move(body);
  alert.topic = topic;
  const auto told = deps_.notifier.Notify(alert);
  if (told.ok()) return;
  meter_.Failed("notify");
  deps_.log.Write(
      LogLevel::kError, "alert_not_sent",
      {{"pipeline", config_.name}, {"subject", alert.subject}, {"error", told.error().message}});
}

Result<std::vector<ObjectRef>> Failure::Vanished(const BatchRecord& batch) {
  std::vector<ObjectRef> vanished;
  for (const ObjectRef& ref : batch.files) {
    const auto head = deps_.input.Head(ref.key);
    if (head.ok()) continue;
    if (head.error().code == Code::kNotFound) {
      vanished.push_back(ref);
    } else if (IsRetryable(head.error().code)) {
      return head.error();
    }
  }
  return vanished;
}

// One time for all: those that have failed most often decide.
Result<int64_t> Failure::RetryTime(const BatchRecord& batch, int64_t now_us) {
  uint32_t attempts = 0;
  for (const ObjectRef& ref : batch.files) {
    VARVE_ASSIGN_OR_RETURN(const FileRecord file, deps_.tracker.Get(config_.name, ref));
    attempts = std::max(attempts, file.attempts);
  }
  return now_us + BackoffUs(config_.file_retry, attempts + 1, deps_.random);
}

Status Failure::FailBatch(HeldBatch& held, std::string_view error, Blame blame, int64_t now_us) {
  // Nothing may be taken back by a process whose successor has published it again.
  VARVE_RETURN_IF_ERROR(held_.Renew(held, now_us));
  if (!HasEnded(held.record.state)) {
    VARVE_RETURN_IF_ERROR(End(held, error, blame, now_us));
  }
  VARVE_RETURN_IF_ERROR(Tell(held.record, error));
  // Leftovers that cannot be removed now are found by reconcile.
  static_cast<void>(ClearStaging(deps_.output, held.record));
  return Ok{};
}

Status Failure::End(HeldBatch& held, std::string_view error, Blame blame, int64_t now_us) {
  if (held.record.state == BatchState::kPublishing) {
    VARVE_RETURN_IF_ERROR(Unpublish(deps_.output, held.record));
  }
  VARVE_ASSIGN_OR_RETURN(const auto missing, Vanished(held.record));
  VARVE_ASSIGN_OR_RETURN(const int64_t retry_us, RetryTime(held.record, now_us));
  const uint32_t attempts_max = blame == Blame::kFiles ? config_.attempts_max : kNobodyToBlame;
  VARVE_ASSIGN_OR_RETURN(
      held.record, deps_.tracker.Fail(held.record, error, missing, attempts_max, retry_us, now_us));
  return Ok{};
}

Result<std::vector<FileRecord>> Failure::GivenUp(const BatchRecord& batch) {
  std::vector<FileRecord> given_up;
  for (const ObjectRef& ref : batch.files) {
    auto file = deps_.tracker.Get(config_.name, ref);
    if (!file.ok() && IsRetryable(file.error().code)) return std::move(file).error();
    if (!file.ok() || file->state != FileState::kFailed || file->batch != batch.id) continue;
    given_up.push_back(*std::move(file));
  }
  return given_up;
}

Status Failure::Tell(const BatchRecord& batch, std::string_view error) {
  const bool rerun = batch.state == BatchState::kCompleted;
  std::vector<FileRecord> given_up;
  if (!rerun) {
    VARVE_ASSIGN_OR_RETURN(given_up, GivenUp(batch));
  }
  meter_.Failed("batch");
  deps_.log.Write(LogLevel::kError, "batch_failed",
                  {{"pipeline", config_.name},
                   {"batch", batch.id},
                   {"files", batch.files.size()},
                   {"error", error}});
  Alert(
      "batch_failed", "batch " + batch.id + " failed",
      std::string(error) +
          (rerun ? "\nIt was being reprocessed; its rows are as they were before. Run varve "
                   "reprocess again once the cause is mended."
                 : "\nIts files are tried again, each alone unless it was an outage, so that one "
                   "bad file cannot hold up the others; nothing needs to be done unless they fail "
                   "for good. See varve batches and varve explain KEY."));
  AlertFiles(batch, given_up, error);
  return Ok{};
}

Status Failure::AlertGivenUp(const BatchRecord& batch, std::string_view error) {
  VARVE_ASSIGN_OR_RETURN(const auto given_up, GivenUp(batch));
  AlertFiles(batch, given_up, error);
  return Ok{};
}

void Failure::AlertFiles(const BatchRecord& batch, const std::vector<FileRecord>& files,
                         std::string_view error) {
  for (const FileRecord& file : files) {
    meter_.GivenUp();
    deps_.log.Write(LogLevel::kError, "file_failed",
                    {{"pipeline", config_.name},
                     {"batch", batch.id},
                     {"key", file.object.ref.key},
                     {"attempts", file.attempts},
                     {"error", file.error}});
    Alert("file_failed",
          "a file failed for good after " + std::to_string(file.attempts) +
              " attempts: " + ToString(file.object.ref),
          (file.error.empty() ? std::string(error) : file.error) +
              "\nIts rows are not in the output. Mend the cause, then run varve retry with its key "
              "to try it again; varve explain shows its life.");
  }
}

}  // namespace varve
