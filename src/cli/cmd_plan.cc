// varve plan: what the next batch will be, and when.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/time_text.h"
#include "cli/commands.h"
#include "cli/operator.h"
#include "cli/output.h"
#include "cli/terminal_text.h"
#include "operate/next_batch.h"
#include "pipeline/ingest.h"

namespace varve::cli {
namespace {

constexpr const char* kPlanDescription =
    "Show what the next batch will be, and when\n\n"
    "The files that wait, what makes them a batch (number, bytes or age), and files in the input "
    "that are not known yet. Changes nothing.";

constexpr const char* kPlanExamples =
    "varve plan --state lake/\n"
    "varve plan --json | jq .next.files";

constexpr size_t kFilesShown = 20;
constexpr int kPageObjects = 1'000;

struct Plan {
  uint64_t pending = 0;
  NextBatch next;
  std::vector<std::string> unknown;
};

// Objects of the input that no version of is tracked, or whose newest version is not.
Result<std::vector<std::string>> UnknownFiles(PipelinePlace& place) {
  std::vector<std::string> unknown;
  const PipelineConfig& pipeline = place.options.pipeline;
  std::string after;
  do {
    VARVE_ASSIGN_OR_RETURN(ListPage page,
                           place.input->List(pipeline.input_prefix, after, kPageObjects));
    for (const ObjectInfo& object : page.objects) {
      if (!IsInput(pipeline, object.ref.key)) continue;
      const auto known = place.tracker->Get(pipeline.name, object.ref);
      if (known.ok()) continue;
      if (known.error().code != Code::kNotFound) return known.error();
      unknown.push_back(object.ref.key);
    }
    after = std::move(page.next);
  } while (!after.empty());
  return unknown;
}

Result<Plan> MakePlan(PipelinePlace& place, int64_t now_us) {
  Plan plan;
  const PipelineConfig& pipeline = place.options.pipeline;
  VARVE_ASSIGN_OR_RETURN(const TrackerStats stats, place.tracker->Stats(pipeline.name));
  for (const StateCount& count : stats.states) {
    if (count.state == FileState::kPending) plan.pending = count.files;
  }
  VARVE_ASSIGN_OR_RETURN(plan.next, PlanNextBatch(pipeline, *place.tracker, now_us));
  VARVE_ASSIGN_OR_RETURN(plan.unknown, UnknownFiles(place));
  return plan;
}

std::string PlanText(const PipelinePlace& place, const Plan& plan) {
  std::string text =
      fmt::format("Pipeline {}: {} waiting\n", place.options.name(), Plural(plan.pending, "file"));
  const FlushDecision& next = plan.next.decision;
  if (!next.files.empty()) {
    text += fmt::format("  next batch now, because of {}: {}, {}\n", FlushTriggerName(next.trigger),
                        Plural(next.files.size(), "file"), HumanBytes(plan.next.bytes));
    for (size_t i = 0; i < std::min(kFilesShown, next.files.size()); ++i) {
      text += "    " + Printable(next.files[i].object.ref.key) + "\n";
    }
    if (next.files.size() > kFilesShown) {
      text += fmt::format("    … and {} more\n", next.files.size() - kFilesShown);
    }
  } else if (next.next_us > 0) {
    text += "  next batch at " + FormatUtc(next.next_us).substr(0, 19) +
            " UTC, when the oldest has waited max-wait\n";
  } else {
    text += "  nothing is due\n";
  }
  if (!plan.unknown.empty()) {
    text += fmt::format("  {} in the input not known yet; `varve run` finds them\n",
                        Plural(plan.unknown.size(), "file"));
  }
  return text;
}

Json PlanJson(const PipelinePlace& place, const Plan& plan) {
  return {{"pipeline", place.options.name()},
          {"pending", plan.pending},
          {"next", NextBatchJson(plan.next)},
          {"unknown", plan.unknown}};
}

Result<int> Show(PipelinePlace& place, bool json) {
  VARVE_ASSIGN_OR_RETURN(const Plan plan, MakePlan(place, SystemClock().NowUs()));
  return static_cast<int>(
      PrintResult(json ? JsonLineOf(PlanJson(place, plan)) : PlanText(place, plan)));
}

}  // namespace

Command AddPlan(CLI::App& parent) {
  auto flags = std::make_shared<OperatorFlags>();
  CLI::App* app = parent.add_subcommand("plan", kPlanDescription);
  app->footer(kPlanExamples);
  AddOperatorFlags(*app, flags.get());
  return {app, [flags] {
            return ForEachPlace(*flags, "varve plan",
                                [&](PipelinePlace& place) { return Show(place, flags->json); });
          }};
}

}  // namespace varve::cli
