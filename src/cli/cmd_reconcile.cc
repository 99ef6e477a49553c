// varve reconcile: input, tracking and output compared.
#include <fmt/format.h>

#include <memory>
#include <string>

#include "base/clock.h"
#include "cli/commands.h"
#include "cli/operator.h"
#include "cli/operator_deps.h"
#include "cli/output.h"
#include "cli/terminal_text.h"
#include "operate/record_json.h"
#include "pipeline/reconcile.h"

namespace varve::cli {
namespace {

constexpr const char* kReconcileDescription =
    "Compare the input, what is tracked, and the output\n\n"
    "Finds files that no event told of, sources that vanished, batches that nobody works on, and "
    "outputs that are lost or belong to nothing. Exits with 3 when they disagree and it was not "
    "mended. `varve run` does the same on a schedule, with --repair.";

constexpr const char* kReconcileExamples =
    "varve reconcile\n"
    "varve reconcile --repair\n"
    "varve reconcile --json | jq .found";

constexpr size_t kExamplesShown = 20;

struct ReconcileCommand : OperatorFlags {
  bool repair = false;
};

std::string ReportText(const PipelinePlace& place, const ReconcileReport& report) {
  std::string text;
  for (int i = 0; i < kFindings; ++i) {
    if (report.found[i] == 0) continue;
    text += fmt::format("  {:<16} {} found", FindingName(static_cast<Finding>(i)),
                        WithThousands(report.found[i]));
    if (report.repaired[i] > 0) text += ", " + WithThousands(report.repaired[i]) + " repaired";
    text += "\n";
  }
  const std::string head = "Pipeline " + place.options.name() + ": ";
  if (text.empty()) return head + "input, tracking and output agree\n";
  for (size_t i = 0; i < std::min(kExamplesShown, report.examples.size()); ++i) {
    text += fmt::format("    {}  {}\n", FindingName(report.examples[i].finding),
                        Printable(report.examples[i].key));
  }
  if (report.examples.size() > kExamplesShown) {
    text += fmt::format("    … and {} more\n", report.examples.size() - kExamplesShown);
  }
  return head + "differences\n" + text;
}

Json ReportJson(const PipelinePlace& place, const ReconcileReport& report) {
  Json found = Json::object();
  Json repaired = Json::object();
  for (int i = 0; i < kFindings; ++i) {
    const std::string name(FindingName(static_cast<Finding>(i)));
    found[name] = report.found[i];
    repaired[name] = report.repaired[i];
  }
  Json examples = Json::array();
  for (const ReconcileReport::Example& example : report.examples) {
    examples.push_back({{"finding", FindingName(example.finding)}, {"key", example.key}});
  }
  return {{"pipeline", place.options.name()},
          {"found", std::move(found)},
          {"repaired", std::move(repaired)},
          {"examples", std::move(examples)}};
}

Result<int> Run(const ReconcileCommand& command, PipelinePlace& place) {
  OperatorDeps deps(place);
  VARVE_ASSIGN_OR_RETURN(
      const ReconcileReport report,
      Reconcile(deps.config(), deps.deps(), command.repair, SystemClock().NowUs()));
  const std::string text =
      command.json ? JsonLineOf(ReportJson(place, report)) : ReportText(place, report);
  if (const ExitCode code = PrintResult(text)) return static_cast<int>(code);
  for (int i = 0; i < kFindings; ++i) {
    if (report.found[i] > report.repaired[i]) return static_cast<int>(kExitPartial);
  }
  return static_cast<int>(kExitOk);
}

}  // namespace

Command AddReconcile(CLI::App& parent) {
  auto command = std::make_shared<ReconcileCommand>();
  CLI::App* app = parent.add_subcommand("reconcile", kReconcileDescription);
  app->footer(kReconcileExamples);
  app->add_flag("--repair", command->repair, "Mend what can be mended without doubt")
      ->group("Selection");
  AddOperatorFlags(*app, command.get());
  return {app, [command] {
            return ForEachPlace(*command, "varve reconcile",
                                [&](PipelinePlace& place) { return Run(*command, place); });
          }};
}

}  // namespace varve::cli
