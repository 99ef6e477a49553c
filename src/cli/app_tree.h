// Reading the command tree: what help, man page, completions and configuration are made from.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace varve::cli {

// "varve schema infer".
std::string CommandPath(const CLI::App& app);

// Subcommands shown to people, in the order they were added.
std::vector<const CLI::App*> VisibleCommands(const CLI::App& app);

// Options (not arguments) shown to people, in the order they were added.
std::vector<const CLI::Option*> VisibleOptions(const CLI::App& app);
std::vector<const CLI::Option*> Arguments(const CLI::App& app);

std::string LongName(const CLI::Option& option);   // "output", or "" when it has none
std::string ShortName(const CLI::Option& option);  // "o", or ""
bool IsFlag(const CLI::Option& option);            // takes no value
bool IsRepeatable(const CLI::Option& option);

// May be set by environment variable and configuration file.
bool IsSetting(const CLI::Option& option);

// True when the command, or one below it, reads the configuration file.
bool HasSettings(const CLI::App& app);

// The values that a type name such as "snappy|zstd[:N]|none" lists: snappy, zstd, none. Empty for
// "FILE", "SIZE" and other kinds.
std::vector<std::string> Choices(const CLI::Option& option);

// The first line of the description, and what follows it.
std::string Summary(const CLI::App& app);
std::string Details(const CLI::App& app);

}  // namespace varve::cli
