// varve retry: failed files are tried once more.
#include <fmt/format.h>

#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "cli/commands.h"
#include "cli/operator.h"
#include "cli/output.h"
#include "cli/record_json.h"
#include "cli/terminal_text.h"

namespace varve::cli {
namespace {

constexpr const char* kDescription =
    "Try failed or missing files once more\n\n"
    "They wait again as if they had just arrived, their attempts counted from the start. A running "
    "`varve run` takes them up by itself.";

constexpr const char* kExamples =
    "varve retry 2025-01-17-file003.ndjson\n"
    "varve retry --all";

constexpr int kPageFiles = 500;

struct RetryCommand : OperatorFlags {
  std::vector<std::string> keys;
  bool all = false;
};

Status RetryOne(PipelinePlace& place, const FileRecord& file) {
  return place.tracker->Retry(place.options.name(), file.object.ref, "retried by a person",
                              SystemClock().NowUs());
}

Status RetryKey(PipelinePlace& place, const std::string& key) {
  VARVE_ASSIGN_OR_RETURN(const std::vector<FileRecord> versions,
                         place.tracker->Versions(place.options.name(), key));
  if (versions.empty()) {
    return Error{Code::kNotFound, "pipeline " + place.options.name() + " knows no file " +
                                      Printable(key) + "; `varve files` lists those it knows"};
  }
  const FileRecord& newest = versions.front();
  Status retried = RetryOne(place, newest);
  if (!retried.ok() && retried.error().code == Code::kConflict) {
    return Error{Code::kConflict,
                 Printable(key) + " is " + std::string(FileStateName(newest.state)) +
                     "; only failed and missing files can be retried (a completed one: `varve "
                     "reprocess`)"};
  }
  return retried;
}

// All that are failed now: those that fail meanwhile are for another time.
Result<std::vector<FileRecord>> Failed(PipelinePlace& place) {
  std::vector<FileRecord> files;
  FileFilter filter;
  filter.state = FileState::kFailed;
  std::string after;
  do {
    VARVE_ASSIGN_OR_RETURN(FilePage page,
                           place.tracker->Files(place.options.name(), filter, after, kPageFiles));
    files.insert(files.end(), page.files.begin(), page.files.end());
    after = std::move(page.next);
  } while (!after.empty());
  return files;
}

Result<int> Retry(const RetryCommand& command, PipelinePlace& place) {
  uint64_t retried = 0;
  for (const std::string& key : command.keys) {
    VARVE_RETURN_IF_ERROR(RetryKey(place, key));
    ++retried;
  }
  if (command.all) {
    VARVE_ASSIGN_OR_RETURN(const std::vector<FileRecord> files, Failed(place));
    for (const FileRecord& file : files) {
      const Status status = RetryOne(place, file);
      if (!status.ok() && status.error().code != Code::kConflict) return status.error();
      retried += status.ok() ? 1 : 0;
    }
  }
  if (command.json) {
    return static_cast<int>(
        PrintResult(JsonLineOf({{"pipeline", place.options.name()}, {"retried", retried}})));
  }
  return static_cast<int>(PrintResult(fmt::format("{} pending again\n", Plural(retried, "file"))));
}

}  // namespace

Command AddRetry(CLI::App& parent) {
  auto command = std::make_shared<RetryCommand>();
  CLI::App* app = parent.add_subcommand("retry", kDescription);
  app->footer(kExamples);
  app->add_option("KEY", command->keys, "Paths of files below the input directory")->type_name("");
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
