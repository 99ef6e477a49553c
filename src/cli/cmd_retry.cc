// varve retry: failed files are tried once more.
#include <fmt/format.h>

#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "cli/commands.h"
#include "cli/operator.h"
#include "cli/output.h"
#include "cli/start_batches.h"
#include "cli/terminal_text.h"
#include "operate/record_json.h"
#include "operate/retry.h"

namespace varve::cli {
namespace {

constexpr const char* kRetryDescription =
    "Try failed or missing files once more\n\n"
    "They wait again as if they had just arrived, their attempts counted from the start. A running "
    "`varve run` takes them up by itself; on AWS an execution of the state machine is started for "
    "what is due.";

constexpr const char* kRetryExamples =
    "varve retry 2025-01-17-file003.ndjson\n"
    "varve retry --all\n"
    "varve retry --all --state dynamodb://varve-orders";

struct RetryCommand : OperatorFlags {
  std::vector<std::string> keys;
  bool all = false;
};

Result<int> Retry(const RetryCommand& command, PipelinePlace& place) {
  const RetryRequest request{place.options.name(), "retried by a person", SystemClock().NowUs()};
  uint64_t retried = 0;
  for (const std::string& named : command.keys) {
    VARVE_ASSIGN_OR_RETURN(const std::string key, KeyOf(place, named));
    VARVE_RETURN_IF_ERROR(RetryKey(*place.tracker, request, key));
    ++retried;
  }
  if (command.all) {
    VARVE_ASSIGN_OR_RETURN(const uint64_t failed, RetryFailed(*place.tracker, request));
    retried += failed;
  }
  Json json = {{"pipeline", place.options.name()}, {"retried", retried}};
  std::string text = fmt::format("{} pending again", Plural(retried, "file"));
  if (place.workflow != nullptr) {
    const int started = StartBatches(place);
    json["started"] = started;
    text += started == 0 ? ", the sweeper starts what is due within a minute"
                         : fmt::format(", {} started", BatchCount(static_cast<uint64_t>(started)));
  }
  return static_cast<int>(PrintResult(command.json ? JsonLineOf(json) : text + "\n"));
}

}  // namespace

Command AddRetry(CLI::App& parent) {
  auto command = std::make_shared<RetryCommand>();
  CLI::App* app = parent.add_subcommand("retry", kRetryDescription);
  app->footer(kRetryExamples);
  app->add_option("KEY", command->keys, "Files as `varve files` lists them, or their s3:// URLs")
      ->type_name("");
  app->add_flag("--all", command->all, "Every file that is failed")->group("Selection");
  AddOperatorFlags(*app, command.get());
  return {app, [command]() -> int {
            if (command->keys.empty() && !command->all) {
              return FailUsage("no file named; add one or more KEYs, or --all", "varve retry");
            }
            const auto place = OpenPlace(*command);
            if (!place.ok()) return FailOperator(place.error(), "varve retry");
            const auto code = Retry(*command, **place);
            return code.ok() ? *code : FailOperator(code.error(), "varve retry");
          }};
}

}  // namespace varve::cli
