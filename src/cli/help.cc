#include "cli/help.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>
#include <vector>

#include "cli/app_tree.h"
#include "cli/help_text.h"
#include "cli/terminal_text.h"

namespace varve::cli {
namespace {

constexpr size_t kTextColumn = 30;

// "  left            text", the text wrapped; on its own line when `left` is long.
std::string HelpEntry(const std::string& left, const std::string& text, size_t columns) {
  std::string entry = "  " + left;
  if (DisplayWidth(entry) + 2 > kTextColumn) {
    entry += "\n" + std::string(kTextColumn, ' ');
  } else {
    entry += std::string(kTextColumn - DisplayWidth(entry), ' ');
  }
  const size_t width = std::max<size_t>(columns, kTextColumn + 20) - kTextColumn;
  return entry + Wrap(text, width, kTextColumn) + "\n";
}

std::string Commands(const CLI::App& app, size_t columns) {
  std::string text;
  for (const CLI::App* child : VisibleCommands(app)) {
    text += HelpEntry(child->get_name(), Summary(*child), columns);
  }
  return text.empty() ? "" : "\nCommands:\n" + text;
}

std::string OptionGroups(const CLI::App& app, size_t columns) {
  std::vector<std::string> groups;
  for (const CLI::Option* option : VisibleOptions(app)) {
    if (std::find(groups.begin(), groups.end(), option->get_group()) == groups.end()) {
      groups.push_back(option->get_group());
    }
  }
  // The group of --help comes last.
  std::stable_partition(groups.begin(), groups.end(),
                        [](const std::string& group) { return group != "Options"; });
  std::string text;
  for (const std::string& group : groups) {
    text += "\n" + group + ":\n";
    for (const CLI::Option* option : VisibleOptions(app)) {
      if (option->get_group() == group) {
        text += HelpEntry(OptionSyntax(*option), option->get_description(), columns);
      }
    }
  }
  return text;
}

std::string Examples(const CLI::App& app) {
  if (app.get_footer().empty()) return "";
  std::string text = "\nExamples:\n";
  std::istringstream lines(app.get_footer());
  for (std::string line; std::getline(lines, line);) {
    text += line.empty() ? "\n" : "  " + line + "\n";
  }
  return text;
}

std::string RootNotes(size_t columns) {
  std::string text = "\nExit status:\n";
  for (const ExitStatus& status : kExitStatuses) {
    text += fmt::format("  {:>3}  {}\n", status.code, status.meaning);
  }
  return text + "\nEnvironment and configuration:\n  " + Wrap(kEnvironment, columns - 2, 2) +
         "\n  " + Wrap(kSimd, columns - 2, 2) + "\n";
}

}  // namespace

std::string OptionSyntax(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  if (!option.nonpositional()) {
    const std::string name = option.get_name();
    return option.get_expected_max() > 1 ? name + "..." : name;
  }
  std::string text = ShortName(option).empty() ? "    " : "-" + ShortName(option) + ", ";
  text += "--" + LongName(option);
  return IsFlag(option) || type.empty() ? text : text + " " + type;
}

std::string UsageLine(const CLI::App& app) {
  std::string text = CommandPath(app);
  if (!VisibleCommands(app).empty()) return text + " COMMAND [OPTIONS]";
  if (!VisibleOptions(app).empty()) text += " [OPTIONS]";
  for (const CLI::Option* argument : Arguments(app)) text += " " + OptionSyntax(*argument);
  if (app.get_option_no_throw("--output") != nullptr) text += " -o DST";
  return text;
}

std::string RenderHelp(const CLI::App& app, size_t columns) {
  columns = std::clamp<size_t>(columns, 60, 100);
  std::string text = Wrap(Summary(app) + ".", columns, 0) + "\n\nUsage: " + UsageLine(app) + "\n";
  if (!Details(app).empty()) text += "\n" + Wrap(Details(app), columns, 0) + "\n";
  const auto arguments = Arguments(app);
  if (!arguments.empty()) text += "\nArguments:\n";
  for (const CLI::Option* argument : arguments) {
    text += HelpEntry(OptionSyntax(*argument), argument->get_description(), columns);
  }
  text += Commands(app, columns) + OptionGroups(app, columns) + Examples(app);
  if (app.get_parent() == nullptr) text += RootNotes(columns);
  return text;
}

}  // namespace varve::cli
