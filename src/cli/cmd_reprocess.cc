// varve reprocess: completed files are converted once more, and their rows replaced.
#include <fmt/format.h>

#include <memory>
#include <string>

#include "base/clock.h"
#include "base/time_text.h"
#include "cli/commands.h"
#include "cli/engine_flags.h"
#include "cli/operator.h"
#include "cli/operator_deps.h"
#include "cli/output.h"
#include "cli/parse_flags.h"
#include "cli/start_batches.h"
#include "cli/terminal_text.h"
#include "operate/record_json.h"
#include "pipeline/reprocess.h"

namespace varve::cli {
namespace {

constexpr const char* kReprocessDescription =
    "Convert completed files once more and replace their rows\n\n"
    "Whole batches are converted again: each that holds a file asked for. Readers see the rows of "
    "before until the new ones are there. A running `varve run` takes the batches up by itself; on "
    "AWS an execution of the state machine is started for each. A batch of which a source is gone "
    "or was overwritten is refused; then the exit code is 3.";

constexpr const char* kReprocessExamples =
    "varve reprocess --file 2025-01-17-file001.ndjson\n"
    "varve reprocess --partition 2025-01-17\n"
    "varve reprocess --since 2025-01-17T09:00:00Z";

struct ReprocessCommand : OperatorFlags {
  ReprocessRequest request;
};

// "2025-01-17T09:00:00Z", "2025-01-17", or a duration: so long ago.
Result<std::optional<int64_t>> ParseSince(const std::string& text) {
  std::string instant = text;
  if (IsDay(instant)) instant += "T00:00:00Z";
  if (instant.ends_with('Z') && instant.find('.') == instant.npos) {
    instant.insert(instant.size() - 1, ".000000");
  }
  if (const auto us = ParseUtc(instant)) return std::optional<int64_t>(*us);
  const auto ago_us = ParseDuration(text);
  if (ago_us.ok()) return std::optional<int64_t>(SystemClock().NowUs() - *ago_us);
  return Error{Code::kInvalidArgument,
               "\"" + text +
                   "\" is not a time; write one like 2025-01-17, 2025-01-17T09:00:00Z or 2h (ago)"};
}

std::string ReportText(const ReprocessReport& report) {
  std::string text = fmt::format("{} to be converted again, with {}\n",
                                 BatchCount(report.batches.size()), Plural(report.files, "file"));
  for (const std::string& batch : report.batches) text += "  " + Printable(batch) + "\n";
  for (const ReprocessReport::Refusal& refusal : report.refused) {
    text += fmt::format("  {} refused: {}\n", Printable(refusal.batch), Printable(refusal.reason));
  }
  return text;
}

Result<int> Run(const ReprocessCommand& command, PipelinePlace& place) {
  OperatorDeps deps(place);
  ReprocessRequest request = command.request;
  request.by = "a person";
  if (request.key.has_value()) {
    VARVE_ASSIGN_OR_RETURN(request.key, KeyOf(place, *request.key));
  }
  VARVE_ASSIGN_OR_RETURN(const ReprocessReport report,
                         Reprocess(deps.config(), deps.deps(), request, SystemClock().NowUs()));
  if (place.workflow != nullptr && !report.batches.empty()) StartBatches(place);
  const std::string text =
      command.json ? JsonLineOf(ReprocessJson(place.options.name(), report)) : ReportText(report);
  if (const ExitCode code = PrintResult(text)) return static_cast<int>(code);
  return static_cast<int>(report.refused.empty() ? kExitOk : kExitPartial);
}

}  // namespace

Command AddReprocess(CLI::App& parent) {
  auto command = std::make_shared<ReprocessCommand>();
  CLI::App* app = parent.add_subcommand("reprocess", kReprocessDescription);
  app->footer(kReprocessExamples);
  const auto set = [](std::optional<std::string>* target) {
    return [target](const std::string& text) { *target = text; };
  };
  app->add_option_function<std::string>("--file", set(&command->request.key),
                                        "The batch that converted this file")
      ->take_last()
      ->type_name("KEY")
      ->group("Selection");
  app->add_option_function<std::string>("--partition", set(&command->request.partition),
                                        "Batches with a file of this day")
      ->take_last()
      ->type_name("YYYY-MM-DD")
      ->group("Selection");
  AddParsed(*app, "--since", &command->request.since_us, ParseSince)
      ->description("Batches with a file that was completed then or later")
      ->type_name("TIME")
      ->group("Selection");
  AddOperatorFlags(*app, command.get());
  return {app, [command] {
            return ForEachPlace(*command, "varve reprocess",
                                [&](PipelinePlace& place) { return Run(*command, place); });
          }};
}

}  // namespace varve::cli
