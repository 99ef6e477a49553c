// What commands print: results on stdout, everything else on stderr.
#pragma once

#include <string_view>

#include "base/result.h"
#include "cli/exit_code.h"

namespace varve::cli {

// `text` as it is to stdout. Returns kExitFailed, having said why, when stdout cannot take it.
[[nodiscard]] ExitCode PrintResult(std::string_view text);

// "varve: MESSAGE" to stderr, control characters escaped.
void PrintNote(std::string_view message);
void PrintError(std::string_view message);

// Prints the error and returns the exit code that belongs to it.
ExitCode Fail(const Error& error);

// A usage error: the message, and where to read more.
ExitCode FailUsage(std::string_view message, std::string_view command_path);

// Columns of the terminal that `fd` is, or `otherwise`.
int TerminalColumns(int fd, int otherwise);

}  // namespace varve::cli
