// varve: the command line. The only place where the parts are put together.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/cpu.h"
#include "cli/app_tree.h"
#include "cli/command_tree.h"
#include "cli/commands.h"
#include "cli/help.h"
#include "cli/help_text.h"
#include "cli/interrupt.h"
#include "cli/output.h"
#include "cli/settings.h"
#include "cli/suggest.h"

namespace varve::cli {
namespace {

// The command that the words typed so far name.
const CLI::App* Selected(const CLI::App* app) {
  while (!app->get_subcommands().empty()) app = app->get_subcommands().front();
  return app;
}

int ShowHelp(const CLI::App& app) {
  return PrintResult(RenderHelp(app, static_cast<size_t>(TerminalColumns(STDOUT_FILENO, 100))));
}

std::string DidYouMean(const std::string& word, const CLI::App& app) {
  std::vector<std::string> names;
  std::string prefix;
  std::string typed = word.substr(0, word.find('='));
  if (typed.starts_with("-")) {
    prefix = "--";
    typed.erase(0, typed.find_first_not_of('-'));
    for (const CLI::Option* option : VisibleOptions(app)) names.push_back(LongName(*option));
  } else {
    for (const CLI::App* child : VisibleCommands(app)) names.push_back(child->get_name());
  }
  const std::string near = Suggest(typed, names);
  return near.empty() ? "" : "; did you mean " + prefix + near + "?";
}

int FailParse(const CLI::App& root, const CLI::ParseError& error) {
  const CLI::App& app = *Selected(&root);
  const std::vector<std::string> extras = root.remaining(true);
  if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr && !extras.empty()) {
    const std::string& word = extras.front();
    const std::string what = word.starts_with("-")          ? "flag "
                             : VisibleCommands(app).empty() ? "argument "
                                                            : "command ";
    return FailUsage("unknown " + what + word + DidYouMean(word, app), CommandPath(app));
  }
  return FailUsage(error.what(), CommandPath(app));
}

Status CheckSimd() {
  const char* text = std::getenv("VARVE_SIMD");
  if (text == nullptr || *text == '\0') return Ok{};
  const auto level = ParseSimdLevel(text);
  const SimdLevel best = DetectedSimdLevel();
  if (level && *level <= best) return Ok{};
  return Error{Code::kInvalidArgument,
               "environment variable VARVE_SIMD: " +
                   (level ? "this CPU has no " + std::string(text) + "; its best is " +
                                std::string(SimdLevelName(best))
                          : "\"" + std::string(text) +
                                "\" is not one of scalar, sse4, avx2, avx512; correct it or unset "
                                "it")};
}

int Dispatch(const CLI::App& root, const CommandList& commands) {
  const CLI::App* app = Selected(&root);
  for (const Command& command : commands) {
    if (command.app != app) continue;
    if (const auto status = CheckSimd(); !status.ok()) {
      return FailUsage(status.error().message, CommandPath(*app));
    }
    if (const auto status = ApplySettings(root, *command.app); !status.ok()) {
      if (status.error().code != Code::kInvalidArgument) return Fail(status.error());
      return FailUsage(status.error().message, CommandPath(*app));
    }
    return command.run();
  }
  return FailUsage("no command named", CommandPath(*app));
}

int Main(int argc, char** argv) {
  const std::atomic<bool>* cancel = InstallInterruptHandlers();
  CLI::App root(kRootDescription, "varve");
  root.require_subcommand(0, 1);
  root.set_help_flag("-h,--help", "Show this help")->configurable(false);
  root.set_version_flag("--version", "varve " VARVE_VERSION, "Show the version")
      ->configurable(false);
  root.footer(
      "varve run incoming/ lake/\n"
      "varve status --state lake/\n"
      "varve convert logs/ -o lake/ --partition filename-date\n"
      "varve inspect lake/part-00000.snappy.parquet\n"
      "varve help convert");
  const CommandList commands = AddCommands(root, argc, argv, cancel);
  try {
    root.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    return ShowHelp(*Selected(&root));
  } catch (const CLI::CallForVersion& version) {
    return PrintResult(std::string(version.what()) + "\n");
  } catch (const CLI::ParseError& error) {
    return FailParse(root, error);
  }
  return Dispatch(root, commands);
}

}  // namespace
}  // namespace varve::cli

int main(int argc, char** argv) {
  try {
    return varve::cli::Main(argc, argv);
  } catch (const std::exception& error) {  // from the standard library or the parser: a bug
    return varve::cli::Fail({varve::Code::kInternal, std::string("internal error: ") +
                                                         error.what() + "; please report it"});
  }
}
