#include "cli/output.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <string>

#include "cli/terminal_text.h"

namespace varve::cli {
namespace {

void PrintLine(std::string_view line) {
  const std::string text = fmt::format("{}\n", line);
  std::fwrite(text.data(), 1, text.size(), stderr);  // nowhere to report a failure to
}

}  // namespace

ExitCode PrintResult(std::string_view text) {
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  if (written && std::fflush(stdout) == 0) return kExitOk;
  const int cause = errno;
  if (cause != EPIPE) Fail(ErrnoError("write the result to", "stdout", cause));
  return kExitFailed;
}

void PrintNote(std::string_view message) { PrintLine("varve: " + Printable(message)); }

void PrintError(std::string_view message) { PrintLine("varve: error: " + Printable(message)); }

ExitCode Fail(const Error& error) {
  PrintError(error.message);
  return ExitCodeFor(error);
}

ExitCode FailUsage(std::string_view message, std::string_view command_path) {
  PrintError(message);
  PrintNote(fmt::format("run `{} --help` for usage", command_path));
  return kExitUsage;
}

int TerminalColumns(int fd, int otherwise) {
  winsize size{};
  if (isatty(fd) == 0 || ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return otherwise;
  return size.ws_col;
}

}  // namespace varve::cli
