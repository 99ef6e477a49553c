// varve dlq: events that could not be dealt with.
#include <fmt/format.h>

#include <memory>
#include <string>
#include <vector>

#include "base/time_text.h"
#include "cli/commands.h"
#include "cli/engine_flags.h"
#include "cli/operator.h"
#include "cli/output.h"
#include "cli/parse_flags.h"
#include "cli/terminal_text.h"
#include "cli/text_table.h"
#include "operate/dead_letters.h"
#include "operate/record_json.h"

namespace varve::cli {
namespace {

constexpr const char* kListDescription =
    "List the dead letters, oldest first\n\n"
    "An event that is malformed, or that came again and again without success, is kept with the "
    "reason. A dead letter loses no file: the scheduled listing finds files by themselves.";

constexpr const char* kListExamples =
    "varve dlq list\n"
    "varve dlq list --json | jq -r .reason | sort | uniq -c";

constexpr const char* kShowDescription =
    "Show one dead letter with its body\n\n"
    "The body is printed as it came, control characters escaped.";

constexpr const char* kRedriveDescription =
    "Put dead letters back into the queue\n\n"
    "They are read again as if they were new.";

constexpr const char* kRedriveExamples =
    "varve dlq redrive 17\n"
    "varve dlq redrive --all";

struct DlqCommand : OperatorFlags {
  std::vector<std::string> ids;
  bool all = false;
  uint64_t limit = 100;
};

Result<int> List(const DlqCommand& command, PipelinePlace& place) {
  VARVE_ASSIGN_OR_RETURN(const std::vector<DeadLetter> letters,
                         DeadLetters(*place.queue, command.limit));
  std::string text;
  TextTable table("llrl", {"id", "died (UTC)", "receives", "reason"});
  for (const DeadLetter& letter : letters) {
    if (command.json) {
      Json json = {{"pipeline", place.options.name()}};
      json.update(LetterJson(letter));
      text += JsonLineOf(json);
    } else {
      table.Add({letter.id, FormatUtc(letter.died_us).substr(0, 19),
                 WithThousands(letter.receive_count), letter.reason});
    }
  }
  if (letters.empty() && !command.json) {
    PrintNote("pipeline " + place.options.name() + ": no dead letters");
    return static_cast<int>(kExitOk);
  }
  return static_cast<int>(PrintResult(command.json ? text : table.Render(0)));
}

Result<int> Show(const DlqCommand& command, PipelinePlace& place) {
  VARVE_ASSIGN_OR_RETURN(const DeadLetter letter,
                         FindDeadLetter(*place.queue, command.ids.front()));
  if (command.json) return static_cast<int>(PrintResult(JsonLineOf(LetterJson(letter))));
  return static_cast<int>(PrintResult(fmt::format(
      "{}\n  sent    {}\n  died    {}, after {}\n  reason  {}\n{}\n", Printable(letter.id),
      FormatUtc(letter.sent_us), FormatUtc(letter.died_us), Plural(letter.receive_count, "receive"),
      Printable(letter.reason), Printable(letter.body))));
}

Result<int> Redrive(const DlqCommand& command, PipelinePlace& place) {
  uint64_t redriven = 0;
  for (const std::string& id : command.ids) {
    VARVE_RETURN_IF_ERROR(place.queue->Redrive(id));
    ++redriven;
  }
  if (command.all) {
    VARVE_ASSIGN_OR_RETURN(const uint64_t rest, place.queue->RedriveAll());
    redriven += rest;
  }
  if (command.json) {
    return static_cast<int>(
        PrintResult(JsonLineOf({{"pipeline", place.options.name()}, {"redriven", redriven}})));
  }
  return static_cast<int>(
      PrintResult(fmt::format("{} back in the queue\n", Plural(redriven, "message"))));
}

std::function<int()> OnOnePlace(std::shared_ptr<DlqCommand> command, std::string path,
                                Result<int> (*body)(const DlqCommand&, PipelinePlace&)) {
  return [command = std::move(command), path = std::move(path), body]() -> int {
    const auto place = OpenPlace(*command);
    if (!place.ok()) return FailOperator(place.error(), path);
    const auto code = body(*command, **place);
    return code.ok() ? *code : FailOperator(code.error(), path);
  };
}

Command AddDlqList(CLI::App& parent) {
  auto command = std::make_shared<DlqCommand>();
  CLI::App* app = parent.add_subcommand("list", kListDescription);
  app->footer(kListExamples);
  AddParsed(*app, "--limit", &command->limit,
            [](const std::string& text) { return ParseCount(text, 0, UINT32_MAX); })
      ->description("Most letters to list; 0 is all [100]")
      ->type_name("N")
      ->group("Selection");
  AddOperatorFlags(*app, command.get());
  return {app, [command] {
            return ForEachPlace(*command, "varve dlq list",
                                [&](PipelinePlace& place) { return List(*command, place); });
          }};
}

Command AddDlqShow(CLI::App& parent) {
  auto command = std::make_shared<DlqCommand>();
  CLI::App* app = parent.add_subcommand("show", kShowDescription);
  app->footer("varve dlq show 17");
  app->add_option("ID", command->ids, "As `varve dlq list` shows it")
      ->type_name("")
      ->required()
      ->expected(1);
  AddOperatorFlags(*app, command.get());
  return {app, OnOnePlace(command, "varve dlq show", Show)};
}

Command AddDlqRedrive(CLI::App& parent) {
  auto command = std::make_shared<DlqCommand>();
  CLI::App* app = parent.add_subcommand("redrive", kRedriveDescription);
  app->footer(kRedriveExamples);
  app->add_option("ID", command->ids, "As `varve dlq list` shows them")->type_name("");
  app->add_flag("--all", command->all, "Every dead letter")->group("Selection");
  AddOperatorFlags(*app, command.get());
  auto run = OnOnePlace(command, "varve dlq redrive", Redrive);
  return {app, [command, run = std::move(run)]() -> int {
            if (!command->ids.empty() || command->all) return run();
            return FailUsage("no dead letter named; add one or more IDs, or --all",
                             "varve dlq redrive");
          }};
}

}  // namespace

CommandList AddDlq(CLI::App& parent) {
  CLI::App* app = parent.add_subcommand("dlq", "Look after events that could not be dealt with");
  app->require_subcommand(0, 1);
  return {AddDlqList(*app), AddDlqShow(*app), AddDlqRedrive(*app)};
}

}  // namespace varve::cli
