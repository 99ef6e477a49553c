// varve inspect: what a Parquet file holds, whoever wrote it.
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/inspect_report.h"
#include "cli/output.h"

namespace varve::cli {
namespace {

constexpr const char* kInspectDescription =
    "Show what Parquet files hold\n\n"
    "Footer, columns with types, encodings, sizes and statistics, row groups and metadata, of "
    "files "
    "by any writer. Reads the footer only, and page headers where the footer does not count pages.";

constexpr const char* kInspectExamples =
    "varve inspect lake/part-00000.snappy.parquet\n"
    "varve inspect --pages user.id events.parquet\n"
    "varve inspect --json *.parquet | jq .rows";

struct InspectCommand {
  std::vector<std::string> files;
  std::string pages;
  bool json = false;
};

Result<std::string> Report(const InspectCommand& command, const std::string& path) {
  auto file = parquet::FooterReader::Open(path);
  if (!file.ok()) return std::move(file).error();
  std::optional<size_t> column;
  if (!command.pages.empty()) {
    VARVE_ASSIGN_OR_RETURN(column, FindColumn(*file, command.pages));
  }
  if (!command.json) {
    std::string text;
    VARVE_ASSIGN_OR_RETURN(text, InspectText(*file));
    std::string pages;
    if (column) {
      VARVE_ASSIGN_OR_RETURN(pages, PagesText(*file, *column));
    }
    return text + pages;
  }
  nlohmann::ordered_json json;
  VARVE_ASSIGN_OR_RETURN(json, InspectJson(*file));
  if (column) {
    VARVE_ASSIGN_OR_RETURN(json["pages"], PagesJson(*file, *column));
  }
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

int Run(const InspectCommand& command) {
  if (command.files.empty()) {
    return FailUsage("no file named; add one or more Parquet files", "varve inspect");
  }
  size_t failed = 0;
  for (const std::string& path : command.files) {
    const auto report = Report(command, path);
    if (!report.ok()) {
      ++failed;
      PrintError(report.error().message);
      continue;
    }
    const bool first = &path == &command.files.front();
    const std::string text = first || command.json ? *report : "\n" + *report;
    if (const ExitCode code = PrintResult(text)) return code;
  }
  if (failed == 0) return kExitOk;
  return failed == command.files.size() ? kExitFailed : kExitPartial;
}

}  // namespace

Command AddInspect(CLI::App& parent) {
  auto command = std::make_shared<InspectCommand>();
  CLI::App* app = parent.add_subcommand("inspect", kInspectDescription);
  app->footer(kInspectExamples);
  app->add_option("FILE", command->files, "Parquet files");
  app->add_option("--pages", command->pages, "Also list the pages of this column, like a.b")
      ->take_last()
      ->type_name("COLUMN")
      ->group("Output");
  app->add_flag("--json", command->json, "One JSON line per file")->group("Output");
  return {app, [command] { return Run(*command); }};
}

}  // namespace varve::cli
