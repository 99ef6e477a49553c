// varve status: how much waits, works, is done and failed.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string>

#include "base/clock.h"
#include "cli/commands.h"
#include "cli/operator.h"
#include "cli/output.h"
#include "cli/terminal_text.h"
#include "operate/record_json.h"

namespace varve::cli {
namespace {

constexpr const char* kStatusDescription =
    "Show how much waits, works, is done and failed\n\n"
    "Files by state, the age of the oldest that waits, events in the queue and dead letters, and "
    "the accounting of every line of the files that are done.";

constexpr const char* kStatusExamples =
    "varve status --state lake/_varve\n"
    "varve status --json | jq .files.failed.files";

constexpr FileState kStates[] = {FileState::kPending,   FileState::kClaimed, FileState::kProcessing,
                                 FileState::kCompleted, FileState::kFailed,  FileState::kMissing,
                                 FileState::kSuperseded};

StateCount CountOf(const TrackerStats& stats, FileState state) {
  const auto found =
      std::find_if(stats.states.begin(), stats.states.end(),
                   [state](const StateCount& count) { return count.state == state; });
  return found == stats.states.end() ? StateCount{state, 0, 0} : *found;
}

std::string StatusText(const PipelinePlace& place, const TrackerStats& stats,
                       const QueueDepth& depth, int64_t now_us) {
  std::string text = fmt::format("Pipeline {}: {} → {}\n", place.options.name(),
                                 Printable(place.options.input), Printable(place.options.output));
  for (const FileState state : kStates) {
    const StateCount count = CountOf(stats, state);
    const bool always = state == FileState::kPending || state == FileState::kCompleted;
    if (count.files == 0 && !always) continue;
    text += fmt::format("  {:<11} {}, {}", FileStateName(state), Plural(count.files, "file"),
                        HumanBytes(count.bytes));
    if (state == FileState::kPending && stats.oldest_pending_us != 0) {
      const int64_t age_us = std::max<int64_t>(0, now_us - stats.oldest_pending_us);
      text += ", the oldest for " + HumanSeconds(static_cast<double>(age_us) / kMicrosPerSecond);
    }
    text += "\n";
  }
  text += fmt::format("  {:<11} {} = {} rows + {} quarantined + {} blank\n", "lines",
                      WithThousands(stats.totals.lines), WithThousands(stats.totals.rows),
                      WithThousands(stats.totals.quarantined), WithThousands(stats.totals.blank));
  return text + fmt::format("  {:<11} {} waiting, {} being read, {}\n", "events",
                            WithThousands(depth.visible), WithThousands(depth.in_flight),
                            Plural(depth.dead, "dead letter"));
}

Result<int> Show(PipelinePlace& place, bool json) {
  VARVE_ASSIGN_OR_RETURN(const TrackerStats stats, place.tracker->Stats(place.options.name()));
  VARVE_ASSIGN_OR_RETURN(const QueueDepth depth, place.queue->Depth());
  const int64_t now_us = SystemClock().NowUs();
  if (!json) return static_cast<int>(PrintResult(StatusText(place, stats, depth, now_us)));
  Json line = {{"pipeline", place.options.name()}};
  line.update(StatsJson(stats, depth, now_us));
  return static_cast<int>(PrintResult(JsonLineOf(line)));
}

}  // namespace

Command AddStatus(CLI::App& parent) {
  auto flags = std::make_shared<OperatorFlags>();
  CLI::App* app = parent.add_subcommand("status", kStatusDescription);
  app->footer(kStatusExamples);
  AddOperatorFlags(*app, flags.get());
  return {app, [flags] {
            return ForEachPlace(*flags, "varve status",
                                [&](PipelinePlace& place) { return Show(place, flags->json); });
          }};
}

}  // namespace varve::cli
