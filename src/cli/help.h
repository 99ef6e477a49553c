// --help of every command, from the command tree.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace varve::cli {

// "-o, --output DST" or "SRC...": how an option is written, for help and man page.
std::string OptionSyntax(const CLI::Option& option);

// "varve convert [OPTIONS] SRC... -o DST"
std::string UsageLine(const CLI::App& app);

std::string RenderHelp(const CLI::App& app, size_t columns);

}  // namespace varve::cli
