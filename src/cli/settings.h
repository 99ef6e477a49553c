// Settings: options that the command line leaves unset, taken from the environment, then from
// varve.toml. `--max-errors` is the variable VARVE_MAX_ERRORS and the key `max-errors` in the
// section named after the command ([convert], [schema.infer]).
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <string_view>

#include "base/result.h"

namespace varve::cli {

// "max-errors" -> "VARVE_MAX_ERRORS".
std::string EnvironmentName(std::string_view flag);

// A key of varve.toml as its flag is spelled: there an underscore is the same as a hyphen.
std::string WithHyphens(std::string_view key);

// Completes the parsed `command` (a subcommand somewhere under `root`). The file is the one that
// --config or VARVE_CONFIG names, else ./varve.toml when there is one. kInvalidArgument names the
// variable, or the file, line and column; kNotFound a named file that is not there.
Status ApplySettings(const CLI::App& root, CLI::App& command);

// Whether ApplySettings may read a file after these arguments; told before they are parsed.
bool MayReadFile(int argc, const char* const* argv);

}  // namespace varve::cli
