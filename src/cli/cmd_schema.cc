// varve schema infer: the exact schema convert would write.
#include <fmt/format.h>

#include <memory>
#include <string>

#include "cli/commands.h"
#include "cli/engine_flags.h"
#include "cli/output.h"
#include "cli/schema_tree.h"
#include "cli/summary_text.h"
#include "cli/terminal_text.h"
#include "model/schema_json.h"

namespace varve::cli {
namespace {

constexpr const char* kSchemaInferDescription =
    "Read every line and print the schema that fits all of them\n\n"
    "The document goes to stdout, in the form that --schema reads; counts and bad lines go to "
    "stderr.";

constexpr const char* kSchemaInferExamples =
    "varve schema infer logs/ > schema.json\n"
    "varve schema infer --tree events.ndjson.gz";

constexpr size_t kErrorsShown = 5;

struct InferCommand : EngineCommand {
  bool tree = false;
};

int Run(InferCommand* command, const std::atomic<bool>* cancel) {
  if (const auto status = FinishEngineCommand(command, cancel); !status.ok()) {
    if (status.error().code != Code::kInvalidArgument) return Fail(status.error());
    return FailUsage(status.error().message, "varve schema infer");
  }
  Progress progress;
  auto summary = [&] {
    const ProgressMode mode = command->quiet ? ProgressMode::kNone : command->progress;
    const ProgressBar bar(progress, mode);
    return InferSchema(command->options, &progress, cancel);
  }();
  if (!summary.ok()) return Fail(summary.error());

  size_t lines_shown = 0;
  bool file_failed = false;
  for (const LineError& error : summary->errors) {
    const bool whole_file = error.line == 0;
    file_failed = file_failed || whole_file;
    if (whole_file || (!command->quiet && lines_shown++ < kErrorsShown)) {
      PrintError(LineErrorText(error));
    }
  }
  if (!command->quiet) {
    PrintNote(fmt::format("{}: {} read, {} bad, {} blank", Plural(summary->files, "file"),
                          Plural(summary->lines, "line"), WithThousands(summary->quarantined),
                          WithThousands(summary->blank)));
  }
  const std::string text =
      command->tree ? SchemaTree(summary->schema, 0) : SchemaToJson(summary->schema);
  if (const ExitCode code = PrintResult(text)) return code;
  return summary->quarantined > 0 || file_failed ? kExitPartial : kExitOk;
}

}  // namespace

static Command AddSchemaInfer(CLI::App& schema, const std::atomic<bool>* cancel) {
  auto command = std::make_shared<InferCommand>();
  CLI::App* app = schema.add_subcommand("infer", kSchemaInferDescription);
  app->footer(kSchemaInferExamples);
  AddSources(*app, command.get());
  app->add_flag("--tree", command->tree, "Print an indented tree instead of JSON")->group("Output");
  AddTypingFlags(*app, command.get());
  AddResourceFlags(*app, command.get());
  AddLimitFlags(*app, command.get());
  AddReportingFlags(*app, command.get());
  return {app, [command, cancel] { return Run(command.get(), cancel); }};
}

CommandList AddSchema(CLI::App& parent, const std::atomic<bool>* cancel) {
  CLI::App* schema = parent.add_subcommand("schema", "Work with schemas");
  schema->require_subcommand(0, 1);
  CommandList commands = {AddSchemaInfer(*schema, cancel)};
  for (Command& command : AddSchemaLedger(*schema)) commands.push_back(std::move(command));
  return commands;
}

}  // namespace varve::cli
