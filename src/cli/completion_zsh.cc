#include <fmt/format.h>

#include <algorithm>

#include "cli/app_tree.h"
#include "cli/completion.h"

namespace varve::cli {
namespace {

// Inside single quotes, in a description between brackets: what _arguments would read is escaped.
std::string Described(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '\'') {
      escaped += "'\\''";
    } else if (c == '[' || c == ']' || c == ':' || c == '\\') {
      escaped += {'\\', c};
    } else {
      escaped += c;
    }
  }
  return escaped;
}

std::string FunctionName(const CLI::App& app) {
  std::string name = "_" + CommandPath(app);
  std::replace(name.begin(), name.end(), ' ', '_');
  return name;
}

std::string ValueAction(const CLI::Option& option) {
  std::string choices;
  for (const std::string& choice : Choices(option)) {
    choices += (choices.empty() ? "" : " ") + Described(choice);
  }
  if (!choices.empty()) return "(" + choices + ")";
  const std::string type = option.get_type_name();
  const bool names_file = type == "FILE" || type == "DST" || !option.nonpositional();
  return names_file ? "_files" : " ";
}

std::string OptionSpec(const CLI::Option& option) {
  const std::string about = "[" + Described(option.get_description()) + "]";
  std::string value;
  if (!IsFlag(option)) value = ":" + Described(LongName(option)) + ":" + ValueAction(option);
  const std::string many = IsRepeatable(option) ? "*" : "";
  std::string specs = fmt::format(" \\\n    '{}--{}{}{}'", many, LongName(option), about, value);
  if (!ShortName(option).empty()) {
    specs += fmt::format(" \\\n    '{}-{}{}{}'", many, ShortName(option), about, value);
  }
  return specs;
}

std::string LeafFunction(const CLI::App& app) {
  std::string text = FunctionName(app) + "() {\n  _arguments -s -S";
  for (const CLI::Option* option : VisibleOptions(app)) text += OptionSpec(*option);
  for (const CLI::Option* argument : Arguments(app)) {
    text += fmt::format(" \\\n    '{}:{}:{}'", argument->get_expected_max() > 1 ? "*" : "1",
                        Described(argument->get_name()), ValueAction(*argument));
  }
  return text + "\n}\n\n";
}

std::string BranchFunction(const CLI::App& app) {
  std::string text = FunctionName(app) + "() {\n  local state line\n  _arguments -C";
  for (const CLI::Option* option : VisibleOptions(app)) text += OptionSpec(*option);
  text +=
      " \\\n    '1: :->command' '*:: :->arguments'\n"
      "  case $state in\n"
      "  command)\n"
      "    local -a commands=(\n";
  for (const CLI::App* child : VisibleCommands(app)) {
    text += fmt::format("      '{}:{}'\n", child->get_name(), Described(Summary(*child)));
  }
  text +=
      "    )\n"
      "    _describe command commands ;;\n"
      "  arguments)\n"
      "    case $line[1] in\n";
  for (const CLI::App* child : VisibleCommands(app)) {
    text += fmt::format("    {}) {} ;;\n", child->get_name(), FunctionName(*child));
  }
  return text + "    esac ;;\n  esac\n}\n\n";
}

void AddFunctions(const CLI::App& app, std::string* script) {
  *script += VisibleCommands(app).empty() ? LeafFunction(app) : BranchFunction(app);
  for (const CLI::App* child : VisibleCommands(app)) AddFunctions(*child, script);
}

}  // namespace

std::string RenderZshCompletion(const CLI::App& root) {
  std::string script =
      "#compdef varve\n# zsh completion for varve; made by `varve completion zsh`\n\n";
  AddFunctions(root, &script);
  // Autoloaded, the file is the function's body; sourced, it registers itself.
  return script +
         "if [[ $funcstack[1] == _varve ]]; then\n"
         "  _varve \"$@\"\n"
         "else\n"
         "  compdef _varve varve\n"
         "fi\n";
}

}  // namespace varve::cli
