#include <fmt/format.h>

#include "cli/app_tree.h"
#include "cli/completion.h"

namespace varve::cli {
namespace {

std::string Quoted(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "'";
}

// A fish condition: every word of the command path was typed, and none of the next level.
std::string Condition(const CLI::App& app) {
  std::string condition;
  for (const CLI::App* at = &app; at->get_parent() != nullptr; at = at->get_parent()) {
    condition.insert(0, "__fish_seen_subcommand_from " + at->get_name() + "; and ");
  }
  std::string children;
  for (const CLI::App* child : VisibleCommands(app)) children += " " + child->get_name();
  if (!children.empty()) condition += "not __fish_seen_subcommand_from" + children + "; and ";
  if (condition.empty()) return "";
  return " -n " + Quoted(condition.substr(0, condition.size() - 6));
}

void AddOption(const CLI::App& app, const CLI::Option& option, std::string* script) {
  *script += "complete -c varve" + Condition(app) + " -l " + LongName(option);
  if (!ShortName(option).empty()) *script += " -s " + ShortName(option);
  if (!IsFlag(option)) {
    const std::string type = option.get_type_name();
    *script += type == "FILE" || type == "DST" ? " -r -F" : " -x";
    std::string choices;
    for (const std::string& choice : Choices(option))
      choices += (choices.empty() ? "" : " ") + choice;
    if (!choices.empty()) *script += " -a " + Quoted(choices);
  }
  *script += " -d " + Quoted(option.get_description()) + "\n";
}

void AddCommand(const CLI::App& app, std::string* script) {
  for (const CLI::App* child : VisibleCommands(app)) {
    *script += fmt::format("complete -c varve{} -f -a {} -d {}\n", Condition(app),
                           child->get_name(), Quoted(Summary(*child)));
  }
  for (const CLI::Option* argument : Arguments(app)) {
    for (const std::string& choice : Choices(*argument)) {
      *script += fmt::format("complete -c varve{} -f -a {}\n", Condition(app), choice);
    }
  }
  for (const CLI::Option* option : VisibleOptions(app)) AddOption(app, *option, script);
  for (const CLI::App* child : VisibleCommands(app)) AddCommand(*child, script);
}

}  // namespace

std::string RenderFishCompletion(const CLI::App& root) {
  std::string script = "# fish completion for varve; made by `varve completion fish`\n";
  AddCommand(root, &script);
  return script;
}

}  // namespace varve::cli
