#include <fmt/format.h>

#include "cli/app_tree.h"
#include "cli/completion.h"

namespace varve::cli {
namespace {

std::string Join(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

// One pattern per command in `case "$path"`, for the walk along the words typed so far.
void AddTransitions(const CLI::App& app, std::string* script) {
  for (const CLI::App* child : VisibleCommands(app)) {
    *script += fmt::format("      '{}/{}') path='{}' ;;\n", CommandPath(app), child->get_name(),
                           CommandPath(*child));
    AddTransitions(*child, script);
  }
}

void AddValues(const CLI::App& app, std::string* script) {
  for (const CLI::Option* option : VisibleOptions(app)) {
    if (IsFlag(*option)) continue;
    std::string pattern = fmt::format("'{} --{}'", CommandPath(app), LongName(*option));
    if (!ShortName(*option).empty()) {
      pattern += fmt::format(" | '{} -{}'", CommandPath(app), ShortName(*option));
    }
    // Without choices the shell completes file names (complete -o default).
    *script += fmt::format("    {}) words='{}'; value=1 ;;\n", pattern, Join(Choices(*option)));
  }
  for (const CLI::App* child : VisibleCommands(app)) AddValues(*child, script);
}

void AddWords(const CLI::App& app, std::string* script) {
  std::vector<std::string> words;
  for (const CLI::App* child : VisibleCommands(app)) words.push_back(child->get_name());
  for (const CLI::Option* argument : Arguments(app)) {
    for (const std::string& choice : Choices(*argument)) words.push_back(choice);
  }
  std::vector<std::string> flags;
  for (const CLI::Option* option : VisibleOptions(app)) {
    if (!ShortName(*option).empty()) flags.push_back("-" + ShortName(*option));
    flags.push_back("--" + LongName(*option));
  }
  *script += fmt::format("    '{}') words='{}'; flags='{}' ;;\n", CommandPath(app), Join(words),
                         Join(flags));
  for (const CLI::App* child : VisibleCommands(app)) AddWords(*child, script);
}

}  // namespace

std::string RenderBashCompletion(const CLI::App& root) {
  std::string script =
      "# bash completion for varve; made by `varve completion bash`\n"
      "_varve() {\n"
      "  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
      "  # bash cuts --flag=value at the '='\n"
      "  if [[ $cur == = ]]; then cur=\n"
      "  elif [[ $prev == = ]]; then prev=${COMP_WORDS[COMP_CWORD-2]}; fi\n"
      "  local path=varve words= flags= value= i\n"
      "  for ((i = 1; i < COMP_CWORD; ++i)); do\n"
      "    case \"$path/${COMP_WORDS[i]}\" in\n";
  AddTransitions(root, &script);
  script +=
      "    esac\n"
      "  done\n"
      "  case \"$path $prev\" in\n";
  AddValues(root, &script);
  script +=
      "  esac\n"
      "  if [[ -n $value ]]; then\n"
      "    COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
      "    return\n"
      "  fi\n"
      "  case \"$path\" in\n";
  AddWords(root, &script);
  return script +
         "  esac\n"
         "  if [[ $cur == -* ]]; then words=$flags; fi\n"
         "  COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
         "}\n"
         "complete -o bashdefault -o default -F _varve varve\n";
}

}  // namespace varve::cli
