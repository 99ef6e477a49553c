// varve plan: what the next batch will be, and when; and what it would all cost on AWS.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/read_file.h"
#include "base/time_text.h"
#include "cli/commands.h"
#include "cli/engine_flags.h"
#include "cli/operator.h"
#include "cli/output.h"
#include "cli/parse_flags.h"
#include "cli/terminal_text.h"
#include "operate/cost.h"
#include "operate/next_batch.h"
#include "pipeline/ingest.h"

namespace varve::cli {
namespace {

constexpr const char* kPlanDescription =
    "Show what the next batch will be, when, and what all that waits would cost on AWS\n\n"
    "The files that wait, what makes them a batch (number, bytes or age), and files in the input "
    "that are not known yet; of an input in S3 those are for `varve reconcile`, since looking "
    "costs requests. Costs are estimates by list prices and an assumed throughput, for each "
    "engine. "
    "With --bytes they are of any amount, and no pipeline is needed. Changes nothing.";

constexpr const char* kPlanExamples =
    "varve plan --state lake/\n"
    "varve plan --json | jq .next.files\n"
    "# what would a terabyte in a million files cost?\n"
    "varve plan --bytes 1TB --files 1000000\n"
    "# with measured throughput, and prices of another region\n"
    "varve plan --bytes 1TB --throughput 250MB --prices eu-west-1.json";

constexpr size_t kFilesShown = 20;
constexpr int kPageObjects = 1'000;

struct PlanCommand : OperatorFlags {
  std::optional<uint64_t> bytes;  // of an amount that nobody needs to have
  uint64_t files = 0;
  CostAssumptions assumptions;
  std::string price_file;
  AwsPrices prices;
};

struct Plan {
  uint64_t pending = 0;
  NextBatch next;
  std::optional<std::vector<std::string>> unknown;  // none: not looked for
  Workload work;                                    // all that waits or is unknown
};

// Objects of the input that no version of is tracked, or whose newest version is not; their sizes
// are added to `bytes`.
Result<std::vector<std::string>> UnknownFiles(PipelinePlace& place, uint64_t* bytes) {
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
      *bytes += object.size_bytes;
    }
    after = std::move(page.next);
  } while (!after.empty());
  return unknown;
}

Result<Plan> MakePlan(PipelinePlace& place, int64_t now_us) {
  Plan plan;
  const PipelineConfig& pipeline = place.options.pipeline;
  VARVE_ASSIGN_OR_RETURN(const TrackerStats stats, place.tracker->Stats(pipeline.name));
  uint64_t bytes = 0;
  for (const StateCount& count : stats.states) {
    if (count.state != FileState::kPending) continue;
    plan.pending = count.files;
    bytes += count.bytes;
  }
  VARVE_ASSIGN_OR_RETURN(plan.next, PlanNextBatch(pipeline, *place.tracker, now_us));
  if (!IsInS3(place.options.input)) {
    VARVE_ASSIGN_OR_RETURN(plan.unknown, UnknownFiles(place, &bytes));
  }
  const uint64_t files = plan.pending + (plan.unknown ? plan.unknown->size() : 0);
  plan.work = WorkloadOf(pipeline.flush, files, bytes);
  return plan;
}

// To three digits that count, or to the cent.
std::string Dollars(double dollars) {
  if (dollars >= 1 || dollars == 0) return fmt::format("${:.2f}", dollars);
  const int decimals = 2 - static_cast<int>(std::floor(std::log10(dollars)));
  return fmt::format("${:.{}f}", dollars, std::min(decimals, 9));
}

std::string CostText(const PlanCommand& command, const Workload& work) {
  const AwsPrices& prices = command.prices;
  std::string text = fmt::format(
      "  to convert {}, {}, in {} would cost about (list prices of {}, {}; {:.0f} MB/s a vCPU "
      "assumed):\n",
      Plural(work.files, "file"), HumanBytes(work.bytes), BatchCount(work.batches),
      Printable(prices.region), Printable(prices.date),
      command.assumptions.bytes_per_vcpu_second / 1e6);
  for (const EngineCost& cost : EstimateCosts(work, command.assumptions, prices)) {
    text += fmt::format("    {:<6}  {:>10}  of which {} for {} of {}\n", cost.engine,
                        Dollars(cost.dollars()), Dollars(cost.engine_dollars),
                        HumanSeconds(cost.seconds), cost.machine);
  }
  return text;
}

std::string PlanText(const PlanCommand& command, const PipelinePlace& place, const Plan& plan) {
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
  if (!plan.unknown.has_value()) {
    text += "  `varve reconcile` finds files in the input that are not known yet\n";
  } else if (!plan.unknown->empty()) {
    text += fmt::format("  {} in the input not known yet; `varve run` finds them\n",
                        Plural(plan.unknown->size(), "file"));
  }
  return plan.work.files == 0 ? text : text + CostText(command, plan.work);
}

Json PlanJson(const PlanCommand& command, const PipelinePlace& place, const Plan& plan) {
  Json json = {{"pipeline", place.options.name()},
               {"pending", plan.pending},
               {"next", NextBatchJson(plan.next)},
               {"unknown", nullptr},
               {"cost", CostsJson(plan.work, command.assumptions, command.prices)}};
  if (plan.unknown.has_value()) json["unknown"] = *plan.unknown;
  return json;
}

Result<int> Show(const PlanCommand& command, PipelinePlace& place) {
  VARVE_ASSIGN_OR_RETURN(const Plan plan, MakePlan(place, SystemClock().NowUs()));
  return static_cast<int>(PrintResult(command.json ? JsonLineOf(PlanJson(command, place, plan))
                                                   : PlanText(command, place, plan)));
}

Status ReadPriceFile(PlanCommand* command) {
  if (command->price_file.empty()) return Ok{};
  const auto text = ReadWholeFile(command->price_file);
  if (!text.ok()) {
    return Error{Code::kNotFound, "--prices: " + command->price_file + " cannot be read"};
  }
  auto prices = ReadPrices(*text);
  if (!prices.ok()) return std::move(prices).error().WithContext("--prices " + command->price_file);
  command->prices = std::move(prices).value();
  return Ok{};
}

// What an amount would cost in a pipeline whose settings are the defaults.
int ShowAmount(const PlanCommand& command) {
  auto defaults = MakePipeline({{"input", {"/in"}}, {"output", {"/out"}}});
  if (!defaults.ok()) return Fail(defaults.error());
  const uint64_t files =
      command.files != 0 ? command.files : std::max<uint64_t>(1, *command.bytes / 1'000'000);
  const Workload work = WorkloadOf(defaults->pipeline.flush, files, *command.bytes);
  return PrintResult(command.json ? JsonLineOf(CostsJson(work, command.assumptions, command.prices))
                                  : CostText(command, work));
}

void AddCostFlags(CLI::App& app, PlanCommand* command) {
  const std::string group = "Costs";
  AddParsed(app, "--bytes", &command->bytes,
            [](const std::string& text) -> Result<std::optional<uint64_t>> {
              VARVE_ASSIGN_OR_RETURN(const uint64_t bytes, ParseSize(text));
              return std::optional<uint64_t>(bytes);
            })
      ->description("Only what so much input would cost, of any pipeline")
      ->type_name("SIZE")
      ->group(group);
  AddParsed(app, "--files", &command->files,
            [](const std::string& text) { return ParseCount(text, 1, UINT64_MAX); })
      ->description("With --bytes: in so many files [one for each MB]")
      ->type_name("N")
      ->group(group);
  AddParsed(app, "--throughput", &command->assumptions.bytes_per_vcpu_second,
            [](const std::string& text) -> Result<double> {
              VARVE_ASSIGN_OR_RETURN(const uint64_t bytes, ParseSize(text));
              if (bytes > 0) return static_cast<double>(bytes);
              return Error{Code::kInvalidArgument, "must be more than 0"};
            })
      ->description("Input that a vCPU converts in a second, S3 included [150MB]")
      ->type_name("SIZE")
      ->group(group);
  app.add_option(
         "--prices", command->price_file,
         "Prices in the place of those built in: a JSON object with names as in `prices` of "
         "--json")
      ->take_last()
      ->type_name("FILE")
      ->group(group);
}

}  // namespace

Command AddPlan(CLI::App& parent) {
  auto command = std::make_shared<PlanCommand>();
  CLI::App* app = parent.add_subcommand("plan", kPlanDescription);
  app->footer(kPlanExamples);
  AddCostFlags(*app, command.get());
  AddOperatorFlags(*app, command.get());
  return {app, [command]() -> int {
            const Status read = ReadPriceFile(command.get());
            if (!read.ok()) return FailOperator(read.error(), "varve plan");
            if (command->bytes.has_value()) return ShowAmount(*command);
            if (command->files != 0) {
              return FailUsage("--files goes with --bytes", "varve plan");
            }
            return ForEachPlace(*command, "varve plan",
                                [&](PipelinePlace& place) { return Show(*command, place); });
          }};
}

}  // namespace varve::cli
