// varve files: the files that are tracked.
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

constexpr const char* kFilesDescription =
    "List the files a pipeline knows\n\n"
    "Each version of each file with its state, its batch and what became of its lines, in the "
    "order of their names.";

constexpr const char* kFilesExamples =
    "varve files --status failed\n"
    "varve files --prefix 2025/01/17/ --limit 20\n"
    "varve files --batch 2025-01-17/batch-0001\n"
    "varve files --quarantined --json --limit 0 | jq -r .key";

constexpr int kPageFiles = 500;

struct FilesCommand : OperatorFlags {
  FileFilter filter;
  uint64_t limit = 100;
};

std::string Cell(uint64_t number) { return number == 0 ? "" : WithThousands(number); }

void AddRow(const FileRecord& file, TextTable* table) {
  const bool done = file.state == FileState::kCompleted;
  table->Add({file.object.ref.key, std::string(FileStateName(file.state)), file.batch,
              HumanBytes(file.object.size_bytes), done ? WithThousands(file.accounting.rows) : "",
              Cell(file.accounting.quarantined), Cell(file.attempts),
              FormatUtc(file.updated_us).substr(0, 19)});
}

Result<int> List(const FilesCommand& command, PipelinePlace& place) {
  TextTable table("lllrrrrl", {"file", "state", "batch", "size", "rows", "quarantined", "failures",
                               "since (UTC)"});
  std::string after;
  uint64_t listed = 0;
  bool more = false;
  do {
    const uint64_t left = command.limit == 0 ? kPageFiles : command.limit - listed;
    const int count = static_cast<int>(std::min<uint64_t>(kPageFiles, left));
    VARVE_ASSIGN_OR_RETURN(
        FilePage page, place.tracker->Files(place.options.name(), command.filter, after, count));
    for (const FileRecord& file : page.files) {
      if (!command.json) {
        AddRow(file, &table);
      } else if (const ExitCode code = PrintResult(JsonLineOf(FileJson(file)))) {
        return static_cast<int>(code);
      }
    }
    listed += page.files.size();
    more = !page.next.empty();
    after = std::move(page.next);
  } while (more && (command.limit == 0 || listed < command.limit));
  if (!command.json) {
    if (listed == 0) {
      PrintNote("pipeline " + place.options.name() + ": no such files");
    } else if (const ExitCode code = PrintResult(table.Render(0))) {
      return static_cast<int>(code);
    }
    if (more) PrintNote("there are more; raise --limit (0 lists all)");
  }
  return static_cast<int>(kExitOk);
}

}  // namespace

Command AddFiles(CLI::App& parent) {
  auto command = std::make_shared<FilesCommand>();
  CLI::App* app = parent.add_subcommand("files", kFilesDescription);
  app->footer(kFilesExamples);
  AddParsed(*app, "--status", &command->filter.state,
            [](const std::string& text) -> Result<std::optional<FileState>> {
              const auto state = ParseFileState(text);
              if (state.has_value()) return state;
              return Error{Code::kInvalidArgument,
                           "\"" + text +
                               "\" is not one of pending, claimed, processing, completed, failed, "
                               "missing, superseded"};
            })
      ->description("Only files in this state")
      ->type_name("pending|claimed|processing|completed|failed|missing|superseded")
      ->group("Selection");
  app->add_option("--prefix", command->filter.key_prefix, "Only files whose name begins with it")
      ->take_last()
      ->type_name("TEXT")
      ->group("Selection");
  app->add_option("--batch", command->filter.batch, "Only files that are or were last in it")
      ->take_last()
      ->type_name("BATCH")
      ->group("Selection");
  app->add_flag("--quarantined", command->filter.quarantined,
                "Only files of which lines were quarantined")
      ->group("Selection");
  AddParsed(*app, "--limit", &command->limit,
            [](const std::string& text) { return ParseCount(text, 0, UINT32_MAX); })
      ->description("Most files to list; 0 is all [100]")
      ->type_name("N")
      ->group("Selection");
  AddOperatorFlags(*app, command.get());
  return {app, [command] {
            return ForEachPlace(*command, "varve files",
                                [&](PipelinePlace& place) { return List(*command, place); });
          }};
}

}  // namespace varve::cli
