// varve explain: the life of one file.
#include <fmt/format.h>

#include <memory>
#include <string>
#include <vector>

#include "base/time_text.h"
#include "cli/commands.h"
#include "cli/operator.h"
#include "cli/output.h"
#include "cli/terminal_text.h"
#include "operate/explain.h"

namespace varve::cli {
namespace {

constexpr const char* kExplainDescription =
    "Tell the life of a file\n\n"
    "Every state each version of it was in, when and why; where its rows are; and what to do when "
    "something is wrong. KEY is its name as `varve files` lists it, or its s3:// URL.";

constexpr const char* kExplainExamples =
    "varve explain 2025-01-17-file001.ndjson\n"
    "varve explain --json 'a b+c.ndjson' | jq .versions[0].events";

struct ExplainCommand : OperatorFlags {
  std::string key;
};

std::string VersionText(const FileLife& life) {
  const FileRecord& file = life.file;
  std::string text = fmt::format("{}  version {}, {}: {}\n", Printable(file.object.ref.key),
                                 Printable(file.object.ref.version),
                                 HumanBytes(file.object.size_bytes), FileStateName(file.state));
  for (const FileEvent& event : life.events) {
    text += fmt::format("  {}  {:<10}", FormatUtc(event.at_us), FileStateName(event.state));
    if (!event.batch.empty()) text += "  " + Printable(event.batch);
    if (!event.detail.empty()) text += "  " + Printable(event.detail);
    text += "\n";
  }
  if (file.state == FileState::kCompleted) {
    const RowAccounting& lines = file.accounting;
    text += fmt::format("  lines {} = {} rows + {} quarantined + {} blank\n",
                        WithThousands(lines.lines), WithThousands(lines.rows),
                        WithThousands(lines.quarantined), WithThousands(lines.blank));
    for (const std::string& key : life.outputs) text += "  in " + Printable(key) + "\n";
  }
  if (!file.error.empty()) text += "  last error: " + Printable(file.error) + "\n";
  const std::string_view advice = AdviceOn(file.state);
  if (!advice.empty()) text += fmt::format("  {}\n", advice);
  return text;
}

Result<int> Tell(const std::string& named, PipelinePlace& place, bool as_json) {
  VARVE_ASSIGN_OR_RETURN(const std::string key, KeyOf(place, named));
  VARVE_ASSIGN_OR_RETURN(const std::vector<FileLife> lives,
                         Explain(*place.tracker, place.options.name(), key));
  if (as_json) {
    return static_cast<int>(PrintResult(JsonLineOf(LifeJson(place.options.name(), key, lives))));
  }
  std::string text;
  for (const FileLife& life : lives) text += VersionText(life);
  return static_cast<int>(PrintResult(text));
}

}  // namespace

Command AddExplain(CLI::App& parent) {
  auto command = std::make_shared<ExplainCommand>();
  CLI::App* app = parent.add_subcommand("explain", kExplainDescription);
  app->footer(kExplainExamples);
  app->add_option("KEY", command->key, "The file, as `varve files` lists it, or its s3:// URL")
      ->type_name("")
      ->required();
  AddOperatorFlags(*app, command.get());
  return {app, [command]() -> int {
            const auto place = OpenPlace(*command);
            if (!place.ok()) return FailOperator(place.error(), "varve explain");
            const auto code = Tell(command->key, **place, command->json);
            return code.ok() ? *code : FailOperator(code.error(), "varve explain");
          }};
}

}  // namespace varve::cli
