#include "cli/app_tree.h"

#include <algorithm>
#include <cctype>

namespace varve::cli {

std::string CommandPath(const CLI::App& app) {
  if (app.get_parent() == nullptr) return app.get_name();
  return CommandPath(*app.get_parent()) + " " + app.get_name();
}

std::vector<const CLI::App*> VisibleCommands(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App* child) { return !child->get_group().empty(); });
}

std::vector<const CLI::Option*> VisibleOptions(const CLI::App& app) {
  return app.get_options([](const CLI::Option* option) {
    return option->nonpositional() && !option->get_group().empty();
  });
}

std::vector<const CLI::Option*> Arguments(const CLI::App& app) {
  return app.get_options([](const CLI::Option* option) { return option->get_positional(); });
}

std::string LongName(const CLI::Option& option) {
  return option.get_lnames().empty() ? "" : option.get_lnames().front();
}

std::string ShortName(const CLI::Option& option) {
  return option.get_snames().empty() ? "" : option.get_snames().front();
}

bool IsFlag(const CLI::Option& option) { return option.get_items_expected_max() == 0; }

bool IsRepeatable(const CLI::Option& option) {
  return option.get_multi_option_policy() == CLI::MultiOptionPolicy::TakeAll;
}

bool IsSetting(const CLI::Option& option) {
  return option.get_configurable() && !LongName(option).empty();
}

bool HasSettings(const CLI::App& app) {
  if (app.get_option_no_throw("--config") != nullptr) return true;
  const auto children = VisibleCommands(app);
  return std::any_of(children.begin(), children.end(),
                     [](const CLI::App* child) { return HasSettings(*child); });
}

std::vector<std::string> Choices(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  if (type.find('|') == type.npos) return {};
  std::vector<std::string> choices(1);
  int depth = 0;
  bool placeholder = false;  // inside "[...]", or after the first capital ("column:NAME")
  for (const char c : type) {
    if (c == '|' && depth == 0) {
      choices.emplace_back();
      placeholder = false;
      continue;
    }
    depth += c == '[' ? 1 : c == ']' ? -1 : 0;
    placeholder = placeholder || c == '[' || std::isupper(static_cast<unsigned char>(c)) != 0;
    if (!placeholder) choices.back() += c;
  }
  choices.erase(std::remove(choices.begin(), choices.end(), ""), choices.end());
  return choices;
}

std::string Summary(const CLI::App& app) {
  const std::string text = app.get_description();
  return text.substr(0, text.find('\n'));
}

std::string Details(const CLI::App& app) {
  const std::string text = app.get_description();
  const size_t start = text.find_first_not_of('\n', std::min(text.find('\n'), text.size()));
  return start == text.npos ? "" : text.substr(start);
}

}  // namespace varve::cli
