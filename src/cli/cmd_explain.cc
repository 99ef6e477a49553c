// varve explain: the life of one file.
#include <fmt/format.h>

#include <memory>
#include <string>
#include <vector>

#include "base/time_text.h"
#include "cli/commands.h"
#include "cli/operator.h"
#include "cli/output.h"
#include "cli/record_json.h"
#include "cli/terminal_text.h"

namespace varve::cli {
namespace {

constexpr const char* kDescription =
    "Tell the life of a file\n\n"
    "Every state each version of it was in, when and why; where its rows are; and what to do when "
    "something is wrong. KEY is its path below the input directory, as `varve files` lists it.";

constexpr const char* kExamples =
    "varve explain 2025-01-17-file001.ndjson\n"
    "varve explain --json 'a b+c.ndjson' | jq .versions[0].events";

struct ExplainCommand : OperatorFlags {
  std::string key;
};

const char* Advice(FileState state) {
  switch (state) {
    case FileState::kFailed: return "mend the file, or try it again with `varve retry`";
    case FileState::kMissing: return "bring the file back, or leave it: nothing of it was written";
    case FileState::kSuperseded: return "a newer version of this file took its place";
    default: return nullptr;
  }
}

Result<std::vector<std::string>> OutputsOf(PipelinePlace& place, const FileRecord& file) {
  std::vector<std::string> keys;
  if (file.state != FileState::kCompleted) return keys;
  VARVE_ASSIGN_OR_RETURN(const BatchRecord batch,
                         place.tracker->GetBatch(place.options.name(), file.batch));
  for (const BatchOutput& output : batch.outputs) keys.push_back(output.final_key);
  return keys;
}

std::string VersionText(const FileRecord& file, const std::vector<FileEvent>& events,
                        const std::vector<std::string>& outputs) {
  std::string text = fmt::format("{}  version {}, {}: {}\n", Printable(file.object.ref.key),
                                 Printable(file.object.ref.version),
                                 HumanBytes(file.object.size_bytes), FileStateName(file.state));
  for (const FileEvent& event : events) {
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
    for (const std::string& key : outputs) text += "  in " + Printable(key) + "\n";
  }
  if (!file.error.empty()) text += "  last error: " + Printable(file.error) + "\n";
  if (const char* advice = Advice(file.state)) text += fmt::format("  {}\n", advice);
  return text;
}

Result<int> Explain(const std::string& key, PipelinePlace& place, bool as_json) {
  VARVE_ASSIGN_OR_RETURN(const std::vector<FileRecord> versions,
                         place.tracker->Versions(place.options.name(), key));
  if (versions.empty()) {
    return Error{Code::kNotFound, "pipeline " + place.options.name() + " knows no file " +
                                      Printable(key) + "; `varve files` lists those it knows"};
  }
  std::string text;
  Json json = {{"pipeline", place.options.name()}, {"key", key}, {"versions", Json::array()}};
  for (const FileRecord& file : versions) {
    VARVE_ASSIGN_OR_RETURN(const std::vector<FileEvent> events,
                           place.tracker->History(place.options.name(), file.object.ref));
    VARVE_ASSIGN_OR_RETURN(const std::vector<std::string> outputs, OutputsOf(place, file));
    text += VersionText(file, events, outputs);
    Json version = FileJson(file);
    version["outputs"] = outputs;
    version["events"] = Json::array();
    for (const FileEvent& event : events) version["events"].push_back(EventJson(event));
    json["versions"].push_back(std::move(version));
  }
  return static_cast<int>(PrintResult(as_json ? JsonLineOf(json) : text));
}

}  // namespace

Command AddExplain(CLI::App& parent) {
  auto command = std::make_shared<ExplainCommand>();
  CLI::App* app = parent.add_subcommand("explain", kDescription);
  app->footer(kExamples);
  app->add_option("KEY", command->key, "The file's path below the input directory")
      ->type_name("")
      ->required();
  AddOperatorFlags(*app, command.get());
  return {app, [command]() -> int {
            const auto place = OpenPlace(*command);
            if (!place.ok()) return FailOperator(place.error(), "varve explain");
            const auto code = Explain(command->key, **place, command->json);
            return code.ok() ? *code : FailOperator(code.error(), "varve explain");
          }};
}

}  // namespace varve::cli
