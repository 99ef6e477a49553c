// varve schema show, diff and pin: the versions of a pipeline's schema.
#include <fmt/format.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/time_text.h"
#include "cli/commands.h"
#include "cli/engine_flags.h"
#include "cli/operator.h"
#include "cli/output.h"
#include "cli/parse_flags.h"
#include "cli/schema_diff.h"
#include "cli/schema_tree.h"
#include "cli/terminal_text.h"
#include "model/schema_json.h"
#include "operate/record_json.h"

namespace varve::cli {
namespace {

constexpr const char* kSchemaShowDescription =
    "Show the schema of a pipeline\n\n"
    "The latest version, or the one asked for, in the form that --schema reads.";

constexpr const char* kSchemaShowExamples =
    "varve schema show --tree\n"
    "varve schema show --version 2 > schema.json\n"
    "varve schema show --json | jq .version";

constexpr const char* kSchemaDiffDescription =
    "Show what changed between two versions of a pipeline's schema\n\n"
    "FROM and TO are version numbers; the last two when nothing is said.";

constexpr const char* kSchemaDiffExamples =
    "varve schema diff\n"
    "varve schema diff 1 4";

constexpr const char* kSchemaPinDescription =
    "Pin the schema of a pipeline\n\n"
    "From the next batch on nothing widens it: a line that does not fit is quarantined (or, with "
    "mode = \"rescue\", its value goes to the column _rescued). Pins the latest version, another "
    "one, or a document of yours; --off lets the schema evolve again.";

constexpr const char* kSchemaPinExamples =
    "varve schema pin\n"
    "varve schema pin --schema schema.json\n"
    "varve schema pin --off";

struct LedgerCommand : OperatorFlags {
  std::vector<std::string> versions;  // diff
  std::optional<uint64_t> version;    // show, pin
  std::string schema_file;            // pin
  bool tree = false;
  bool off = false;
};

Error NoSchema(const PipelinePlace& place) {
  return {Code::kNotFound, "pipeline " + place.options.name() +
                               " has no schema yet; it gets one "
                               "with its first batch"};
}

Result<SchemaVersion> VersionOf(PipelinePlace& place, std::optional<uint64_t> number) {
  VARVE_ASSIGN_OR_RETURN(const std::vector<SchemaVersion> versions,
                         place.ledger->Versions(place.options.name()));
  if (versions.empty()) return NoSchema(place);
  if (!number.has_value()) return versions.back();
  for (const SchemaVersion& version : versions) {
    if (version.version == *number) return version;
  }
  return Error{Code::kNotFound, "there is no version " + std::to_string(*number) +
                                    "; the latest is " + std::to_string(versions.back().version)};
}

Json VersionJson(const PipelinePlace& place, const SchemaVersion& version) {
  return {{"pipeline", place.options.name()},
          {"version", version.version},
          {"pinned", version.pinned},
          {"batch", version.batch},
          {"created", FormatUtc(version.created_us)},
          {"schema", Json::parse(SchemaToJson(version.schema), nullptr, false)}};
}

Result<int> Show(const LedgerCommand& command, PipelinePlace& place) {
  VARVE_ASSIGN_OR_RETURN(const SchemaVersion version, VersionOf(place, command.version));
  if (command.json) {
    return static_cast<int>(PrintResult(JsonLineOf(VersionJson(place, version))));
  }
  PrintNote(fmt::format("version {}{}, {}, {}", version.version, version.pinned ? " (pinned)" : "",
                        FormatUtc(version.created_us).substr(0, 19),
                        version.batch.empty() ? "by a person" : "by batch " + version.batch));
  return static_cast<int>(
      PrintResult(command.tree ? SchemaTree(version.schema, 0) : SchemaToJson(version.schema)));
}

std::string ChangeText(const SchemaChange& change) {
  switch (change.kind) {
    case SchemaChange::Kind::kAdded: return "+ " + Printable(change.path) + ": " + change.to;
    case SchemaChange::Kind::kRemoved: return "- " + Printable(change.path) + ": " + change.from;
    case SchemaChange::Kind::kRetyped: break;
  }
  return "~ " + Printable(change.path) + ": " + change.from + " → " + change.to;
}

Result<std::pair<SchemaVersion, SchemaVersion>> VersionsToDiff(const LedgerCommand& command,
                                                               PipelinePlace& place) {
  std::vector<uint64_t> numbers;
  for (const std::string& text : command.versions) {
    VARVE_ASSIGN_OR_RETURN(const uint64_t number, ParseCount(text, 1, UINT64_MAX));
    numbers.push_back(number);
  }
  std::optional<uint64_t> last;
  if (numbers.size() == 2) last = numbers[1];
  VARVE_ASSIGN_OR_RETURN(SchemaVersion to, VersionOf(place, last));
  SchemaVersion from;
  if (!numbers.empty()) {
    VARVE_ASSIGN_OR_RETURN(from, VersionOf(place, numbers[0]));
  } else if (to.version > 1) {
    VARVE_ASSIGN_OR_RETURN(from, VersionOf(place, to.version - 1));
  }
  return std::pair(std::move(from), std::move(to));
}

Result<int> Diff(const LedgerCommand& command, PipelinePlace& place) {
  VARVE_ASSIGN_OR_RETURN(const auto versions, VersionsToDiff(command, place));
  const auto& [from, to] = versions;
  std::string text = fmt::format("version {} → {}\n", from.version, to.version);
  Json changes = Json::array();
  for (const SchemaChange& change : DiffSchemas(from.schema, to.schema)) {
    text += ChangeText(change) + "\n";
    changes.push_back({{"path", change.path}, {"from", change.from}, {"to", change.to}});
  }
  if (from.pinned != to.pinned) text += to.pinned ? "pinned\n" : "no longer pinned\n";
  if (!command.json) return static_cast<int>(PrintResult(text));
  return static_cast<int>(PrintResult(JsonLineOf({{"pipeline", place.options.name()},
                                                  {"from", from.version},
                                                  {"to", to.version},
                                                  {"changes", std::move(changes)}})));
}

Result<int> Pin(const LedgerCommand& command, PipelinePlace& place) {
  SchemaVersion next;
  if (!command.schema_file.empty()) {
    VARVE_ASSIGN_OR_RETURN(next.schema, ReadSchemaFile(command.schema_file));
  } else {
    VARVE_ASSIGN_OR_RETURN(const SchemaVersion version, VersionOf(place, command.version));
    next.schema = version.schema;
  }
  VARVE_ASSIGN_OR_RETURN(const SchemaVersion latest, place.ledger->Latest(place.options.name()));
  next.version = latest.version + 1;
  next.pinned = !command.off;
  next.created_us = SystemClock().NowUs();
  Status appended = place.ledger->Append(place.options.name(), next);
  if (!appended.ok() && appended.error().code == Code::kConflict) {
    return Error{
        Code::kConflict,
        "a batch brought a new version in this moment; look at `varve schema diff` and try "
        "again"};
  }
  VARVE_RETURN_IF_ERROR(std::move(appended));
  if (command.json) return static_cast<int>(PrintResult(JsonLineOf(VersionJson(place, next))));
  return static_cast<int>(
      PrintResult(fmt::format("version {} is {}\n", next.version,
                              next.pinned ? "pinned" : "open: the schema evolves again")));
}

using Body = Result<int> (*)(const LedgerCommand&, PipelinePlace&);

Command Finish(CLI::App* app, std::shared_ptr<LedgerCommand> command, const std::string& path,
               Body body) {
  AddOperatorFlags(*app, command.get());
  return {app, [command = std::move(command), path, body]() -> int {
            const auto place = OpenPlace(*command);
            if (!place.ok()) return FailOperator(place.error(), path);
            const auto code = body(*command, **place);
            return code.ok() ? *code : FailOperator(code.error(), path);
          }};
}

void AddVersionFlag(CLI::App& app, LedgerCommand* command) {
  AddParsed(app, "--version", &command->version,
            [](const std::string& text) -> Result<std::optional<uint64_t>> {
              VARVE_ASSIGN_OR_RETURN(const uint64_t number, ParseCount(text, 1, UINT64_MAX));
              return std::optional<uint64_t>(number);
            })
      ->description("This version instead of the latest")
      ->type_name("N")
      ->group("Selection");
}

}  // namespace

CommandList AddSchemaLedger(CLI::App& schema) {
  auto show = std::make_shared<LedgerCommand>();
  CLI::App* show_app = schema.add_subcommand("show", kSchemaShowDescription);
  show_app->footer(kSchemaShowExamples);
  AddVersionFlag(*show_app, show.get());
  show_app->add_flag("--tree", show->tree, "Print an indented tree instead of JSON")
      ->group("Output");

  auto diff = std::make_shared<LedgerCommand>();
  CLI::App* diff_app = schema.add_subcommand("diff", kSchemaDiffDescription);
  diff_app->footer(kSchemaDiffExamples);
  diff_app->add_option("VERSION", diff->versions, "FROM, or FROM and TO")
      ->type_name("")
      ->expected(0, 2);

  auto pin = std::make_shared<LedgerCommand>();
  CLI::App* pin_app = schema.add_subcommand("pin", kSchemaPinDescription);
  pin_app->footer(kSchemaPinExamples);
  AddVersionFlag(*pin_app, pin.get());
  pin_app->add_option("--schema", pin->schema_file, "This document instead of a version")
      ->take_last()
      ->type_name("FILE")
      ->group("Selection");
  pin_app->add_flag("--off", pin->off, "Let the schema evolve again")->group("Selection");

  return {Finish(show_app, show, "varve schema show", Show),
          Finish(diff_app, diff, "varve schema diff", Diff),
          Finish(pin_app, pin, "varve schema pin", Pin)};
}

}  // namespace varve::cli
