// varve help, varve completion and the hidden varve man: views of the command tree itself.
#include <unistd.h>

#include <memory>
#include <string>
#include <vector>

#include "cli/app_tree.h"
#include "cli/commands.h"
#include "cli/completion.h"
#include "cli/help.h"
#include "cli/man_page.h"
#include "cli/output.h"
#include "cli/suggest.h"

namespace varve::cli {
namespace {

int ShowHelp(const CLI::App& root, const std::vector<std::string>& words) {
  const CLI::App* app = &root;
  for (const std::string& word : words) {
    const CLI::App* next = nullptr;
    std::vector<std::string> names;
    for (const CLI::App* child : VisibleCommands(*app)) {
      names.push_back(child->get_name());
      if (child->get_name() == word) next = child;
    }
    if (next == nullptr) {
      const std::string near = Suggest(word, names);
      return FailUsage("\"" + word + "\" is not a command of " + CommandPath(*app) +
                           (near.empty() ? "" : "; did you mean \"" + near + "\"?"),
                       CommandPath(*app));
    }
    app = next;
  }
  return PrintResult(RenderHelp(*app, static_cast<size_t>(TerminalColumns(STDOUT_FILENO, 100))));
}

}  // namespace

Command AddHelp(CLI::App& parent, const CLI::App& root) {
  auto words = std::make_shared<std::vector<std::string>>();
  CLI::App* app = parent.add_subcommand("help", "Explain a command");
  app->add_option("COMMAND", *words, "For instance: convert, or schema infer");
  return {app, [words, &root] { return ShowHelp(root, *words); }};
}

Command AddCompletion(CLI::App& parent, const CLI::App& root) {
  auto shell = std::make_shared<std::string>();
  CLI::App* app = parent.add_subcommand("completion", "Print the completion script of a shell");
  app->footer(
      "# bash, for this session\n"
      "source <(varve completion bash)\n"
      "\n"
      "# zsh and fish, for good\n"
      "varve completion zsh > \"${fpath[1]}/_varve\"\n"
      "varve completion fish > ~/.config/fish/completions/varve.fish");
  app->add_option("SHELL", *shell, "bash, zsh or fish")->type_name("bash|zsh|fish");
  return {app, [shell, &root]() -> int {
            if (*shell == "bash") return PrintResult(RenderBashCompletion(root));
            if (*shell == "zsh") return PrintResult(RenderZshCompletion(root));
            if (*shell == "fish") return PrintResult(RenderFishCompletion(root));
            return FailUsage(shell->empty() ? "no shell named; add bash, zsh or fish"
                                            : "\"" + *shell + "\" is not bash, zsh or fish",
                             "varve completion");
          }};
}

Command AddMan(CLI::App& parent, const CLI::App& root) {
  CLI::App* app = parent.add_subcommand("man", "Print the manual page as roff");
  app->group("");
  return {app, [&root] { return PrintResult(RenderManPage(root, VARVE_VERSION)); }};
}

}  // namespace varve::cli
