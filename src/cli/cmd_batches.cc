// varve batches: what was converted together, newest first.
#include <memory>
#include <optional>
#include <string>

#include "base/time_text.h"
#include "cli/commands.h"
#include "cli/engine_flags.h"
#include "cli/operator.h"
#include "cli/output.h"
#include "cli/parse_flags.h"
#include "cli/terminal_text.h"
#include "cli/text_table.h"
#include "operate/record_json.h"

namespace varve::cli {
namespace {

constexpr const char* kBatchesDescription =
    "List the batches of a pipeline, newest first\n\n"
    "Each with its state, its files, and the rows and files it made.";

constexpr const char* kBatchesExamples =
    "varve batches\n"
    "varve batches --status failed\n"
    "varve batches --prefix 2025-01-17 --quarantined\n"
    "varve batches --json --limit 1 | jq .outputs";

constexpr int kPageBatches = 200;

struct BatchesCommand : OperatorFlags {
  BatchFilter filter;
  uint64_t limit = 20;
};

void AddRow(const BatchRecord& batch, TextTable* table) {
  uint64_t rows = 0;
  uint64_t outputs = 0;
  for (const BatchOutput& output : batch.outputs) {
    rows += output.rows;
    outputs += output.quarantine ? 0 : 1;
  }
  table->Add({batch.id, std::string(BatchStateName(batch.state)), WithThousands(batch.files.size()),
              WithThousands(rows), WithThousands(outputs),
              FormatUtc(batch.created_us).substr(0, 19), batch.error});
}

Result<int> List(const BatchesCommand& command, PipelinePlace& place) {
  TextTable table("llrrrll",
                  {"batch", "state", "files", "rows", "outputs", "created (UTC)", "error"});
  std::string after;
  uint64_t listed = 0;
  bool more = false;
  do {
    const uint64_t left = command.limit == 0 ? kPageBatches : command.limit - listed;
    const int count = static_cast<int>(std::min<uint64_t>(kPageBatches, left));
    VARVE_ASSIGN_OR_RETURN(
        BatchPage page, place.tracker->Batches(place.options.name(), command.filter, after, count));
    for (const BatchRecord& batch : page.batches) {
      if (!command.json) {
        AddRow(batch, &table);
      } else if (const ExitCode code = PrintResult(JsonLineOf(BatchJson(batch)))) {
        return static_cast<int>(code);
      }
    }
    listed += page.batches.size();
    more = !page.next.empty();
    after = std::move(page.next);
  } while (more && (command.limit == 0 || listed < command.limit));
  if (command.json) return static_cast<int>(kExitOk);
  if (listed == 0) {
    PrintNote("pipeline " + place.options.name() + ": no such batches");
    return static_cast<int>(kExitOk);
  }
  if (more) PrintNote("there are more; raise --limit (0 lists all)");
  return static_cast<int>(PrintResult(table.Render(0)));
}

}  // namespace

Command AddBatches(CLI::App& parent) {
  auto command = std::make_shared<BatchesCommand>();
  CLI::App* app = parent.add_subcommand("batches", kBatchesDescription);
  app->footer(kBatchesExamples);
  AddParsed(*app, "--status", &command->filter.state,
            [](const std::string& text) -> Result<std::optional<BatchState>> {
              const auto state = ParseBatchState(text);
              if (state.has_value()) return state;
              return Error{Code::kInvalidArgument,
                           "\"" + text +
                               "\" is not one of claimed, processing, publishing, completed, "
                               "failed"};
            })
      ->description("Only batches in this state")
      ->type_name("claimed|processing|publishing|completed|failed")
      ->group("Selection");
  app->add_option("--prefix", command->filter.id_prefix,
                  "Only batches whose name begins with it, such as a day")
      ->take_last()
      ->type_name("TEXT")
      ->group("Selection");
  app->add_flag("--quarantined", command->filter.quarantined, "Only batches that quarantined lines")
      ->group("Selection");
  AddParsed(*app, "--limit", &command->limit,
            [](const std::string& text) { return ParseCount(text, 0, UINT32_MAX); })
      ->description("Most batches to list; 0 is all [20]")
      ->type_name("N")
      ->group("Selection");
  AddOperatorFlags(*app, command.get());
  return {app, [command] {
            return ForEachPlace(*command, "varve batches",
                                [&](PipelinePlace& place) { return List(*command, place); });
          }};
}

}  // namespace varve::cli
