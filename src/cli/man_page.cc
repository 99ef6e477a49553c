#include "cli/man_page.h"

#include <fmt/format.h>

#include <sstream>

#include "cli/app_tree.h"
#include "cli/help.h"
#include "cli/help_text.h"

namespace varve::cli {
namespace {

// Text as roff: backslashes, hyphens (a copied --flag must stay ASCII) and leading dots escaped.
std::string Roff(std::string_view text) {
  std::string escaped;
  bool line_start = true;
  for (const char c : text) {
    if (line_start && (c == '.' || c == '\'')) escaped += "\\&";
    if (c == '\\') {
      escaped += "\\e";
    } else if (c == '-') {
      escaped += "\\-";
    } else {
      escaped += c;
    }
    line_start = c == '\n';
  }
  return escaped;
}

std::string ManEntry(const std::string& term, const std::string& text) {
  const size_t start = term.find_first_not_of(' ');
  return ".TP\n\\fB" + Roff(term.substr(start)) + "\\fR\n" + Roff(text) + "\n";
}

std::string CommandSection(const CLI::App& app) {
  std::string text = ".SS \"" + Roff(UsageLine(app)) + "\"\n" + Roff(Summary(app)) + ".\n";
  if (!Details(app).empty()) text += ".PP\n" + Roff(Details(app)) + "\n";
  for (const CLI::Option* argument : Arguments(app)) {
    text += ManEntry(OptionSyntax(*argument), argument->get_description());
  }
  for (const CLI::Option* option : VisibleOptions(app)) {
    text += ManEntry(OptionSyntax(*option), option->get_description());
  }
  return text;
}

// Commands that do something, depth first.
void Leaves(const CLI::App& app, std::vector<const CLI::App*>* leaves) {
  for (const CLI::App* child : VisibleCommands(app)) {
    if (VisibleCommands(*child).empty()) leaves->push_back(child);
    Leaves(*child, leaves);
  }
}

}  // namespace

std::string RenderManPage(const CLI::App& root, std::string_view version) {
  std::string text = fmt::format(".TH VARVE 1 \"\" \"varve {}\" \"User Commands\"\n", version);
  text += ".SH NAME\nvarve \\- " + Roff(Summary(root)) + "\n";
  std::vector<const CLI::App*> leaves;
  Leaves(root, &leaves);
  text += ".SH SYNOPSIS\n.nf\n";
  for (const CLI::App* leaf : leaves) text += "\\fB" + Roff(UsageLine(*leaf)) + "\\fR\n";
  text += ".fi\n.SH DESCRIPTION\n" + Roff(Details(root)) + "\n.SH COMMANDS\n";
  for (const CLI::App* leaf : leaves) text += CommandSection(*leaf);
  text += ".SH EXIT STATUS\n";
  for (const ExitStatus& status : kExitStatuses) {
    text += ManEntry(std::to_string(status.code), status.meaning);
  }
  text += ".SH ENVIRONMENT\n" + Roff(kEnvironment) + "\n.PP\n" + Roff(kSimd) + "\n.SH FILES\n" +
          ManEntry("varve.toml",
                   "Settings, read from the working directory or from "
                   "where --config points.");
  text += ".SH EXAMPLES\n.nf\n";
  for (const CLI::App* leaf : leaves) {
    if (!leaf->get_footer().empty()) text += Roff(leaf->get_footer()) + "\n\n";
  }
  return text + ".fi\n";
}

}  // namespace varve::cli
