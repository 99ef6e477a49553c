#include "dashboard/health.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace varve::dashboard {
namespace {

constexpr int64_t kWaitAttentionUs = 5 * kMicrosPerMinute;
constexpr int64_t kWaitProblemUs = 30 * kMicrosPerMinute;
constexpr double kQuarantineShare = 0.1;
constexpr double kQuarantineLinesMin = 100;  // fewer say nothing about a share

std::string Count(uint64_t number, std::string_view noun) {
  return fmt::format("{} {}{}", number, noun, number == 1 ? "" : "s");
}

std::string_view IsAre(uint64_t number) { return number == 1 ? "is" : "are"; }

void JudgeReadiness(const HealthFacts& facts, std::vector<Finding>* found) {
  if (facts.not_ready.empty()) return;
  found->push_back({HealthLevel::kProblem, "Nothing is converted: " + facts.not_ready + ".",
                    facts.not_ready_since_us, "Mend the cause; the work then goes on by itself.",
                    ""});
}

void JudgeStuck(const HealthFacts& facts, std::vector<Finding>* found) {
  for (const Execution& execution : facts.executions) {
    if (execution.attempt < facts.config->alert_attempts) continue;
    std::string sentence = fmt::format("{} is stuck: its step “{}” has failed {} times in a row",
                                       execution.name, execution.step, execution.attempt - 1);
    sentence += facts.stuck_reason.empty() ? "." : ", because: " + facts.stuck_reason + ".";
    found->push_back({HealthLevel::kProblem, std::move(sentence), execution.started_us,
                      "Mend the cause; the step is tried again until it succeeds.",
                      "batches?status=processing"});
    return;
  }
}

void JudgeFailed(const HealthFacts& facts, std::vector<Finding>* found) {
  const uint64_t failed = FilesIn(facts.stats, FileState::kFailed);
  if (failed == 0) return;
  found->push_back(
      {HealthLevel::kProblem,
       fmt::format("{} could not be converted and {} given up; {} rows are not in the output.",
                   Count(failed, "file"), failed == 1 ? "was" : "were",
                   failed == 1 ? "its" : "their"),
       facts.oldest_failure_us,
       "Open the failed files to see why. Mend the file or the cause, then press Retry.",
       "files?status=failed"});
}

void JudgeWaiting(const HealthFacts& facts, std::vector<Finding>* found) {
  const int64_t usual_us = 3 * facts.config->flush.max_wait_us;
  const int64_t first_us = facts.stats.oldest_pending_us;
  const int64_t waited_us = first_us == 0 ? 0 : facts.now_us - first_us;
  if (waited_us > std::max(kWaitAttentionUs, usual_us)) {
    const uint64_t waiting = FilesIn(facts.stats, FileState::kPending);
    const bool long_since = waited_us > std::max(kWaitProblemUs, 2 * usual_us);
    found->push_back({long_since ? HealthLevel::kProblem : HealthLevel::kAttention,
                      fmt::format("{} {} waiting longer than usual to be converted.",
                                  Count(waiting, "file"), IsAre(waiting)),
                      first_us,
                      "See whether batches are running. Files that failed before are tried again "
                      "by themselves.",
                      "files?status=pending"});
  }
  const int64_t sent_us = facts.depth.oldest_sent_us;
  if (sent_us != 0 && facts.now_us - sent_us > kWaitAttentionUs) {
    found->push_back({HealthLevel::kAttention,
                      fmt::format("{} about new files {} waiting to be read.",
                                  Count(facts.depth.visible, "event"), IsAre(facts.depth.visible)),
                      sent_us, "The pipeline is behind; see whether batches are running.",
                      "batches"});
  }
}

void JudgeLetters(const HealthFacts& facts, std::vector<Finding>* found) {
  if (facts.depth.dead == 0) return;
  found->push_back(
      {HealthLevel::kAttention,
       fmt::format("{} about files could not be understood.", Count(facts.depth.dead, "event")),
       facts.oldest_letter_us,
       "No file is lost by it: the scheduled listing finds files by itself. Read the reason among "
       "the dead letters, then redrive them.",
       "letters"});
}

void JudgeQuarantine(const HealthFacts& facts, std::vector<Finding>* found) {
  const double bad = facts.last_hour.quarantined;
  const double all = bad + facts.last_hour.rows;
  if (all < kQuarantineLinesMin || bad < kQuarantineShare * all) return;
  found->push_back(
      {HealthLevel::kAttention,
       fmt::format("{:.0f}% of the lines of the last hour were quarantined.", 100 * bad / all), 0,
       "See why in the quarantine; the producer of these files may have changed its "
       "format.",
       "quarantine"});
}

Finding Fine(const HealthFacts& facts) {
  Finding fine;
  const uint64_t waiting = FilesIn(facts.stats, FileState::kPending);
  const uint64_t busy =
      FilesIn(facts.stats, FileState::kClaimed) + FilesIn(facts.stats, FileState::kProcessing);
  const uint64_t done = FilesIn(facts.stats, FileState::kCompleted);
  fine.sentence = "Everything is fine. ";
  if (busy > 0) {
    fine.sentence += Count(busy, "file") + " " + std::string(IsAre(busy)) + " being converted.";
  } else if (waiting > 0) {
    fine.sentence +=
        Count(waiting, "file") + (waiting == 1 ? " waits" : " wait") + " for the next batch.";
  } else if (done > 0) {
    fine.sentence += "All files are converted.";
  } else {
    fine.sentence += "No file has arrived yet.";
  }
  return fine;
}

}  // namespace

std::string_view HealthLevelName(HealthLevel level) {
  switch (level) {
    case HealthLevel::kFine: return "fine";
    case HealthLevel::kAttention: return "attention";
    case HealthLevel::kProblem: return "problem";
  }
  return "unknown";
}

std::vector<Finding> Judge(const HealthFacts& facts) {
  std::vector<Finding> found;
  JudgeReadiness(facts, &found);
  JudgeStuck(facts, &found);
  JudgeFailed(facts, &found);
  JudgeWaiting(facts, &found);
  JudgeLetters(facts, &found);
  JudgeQuarantine(facts, &found);
  if (found.empty()) return {Fine(facts)};
  std::stable_sort(found.begin(), found.end(),
                   [](const Finding& a, const Finding& b) { return a.level > b.level; });
  return found;
}

}  // namespace varve::dashboard
