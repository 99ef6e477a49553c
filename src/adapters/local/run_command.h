// RunCommand: runs a program to its end, with a time limit.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace varve {

struct CommandSpec {
  std::vector<std::string>
      arguments;              // the program, found as a shell finds it, and what it is told
  std::string_view input;     // what it can read
  bool keeps_output = false;  // else its output is dropped, and its errors are ours
  int64_t timeout_ms = 60'000;
};

struct CommandEnd {
  std::string failure;  // "exited with 1", "died of signal 9"; empty: it exited with 0
  std::string output;   // if it was to be kept
  std::string errors;
};

// No shell reads the arguments. Thread-safe. kIo: it did not end in time, and was killed with all
// it started; kNotFound, kPermission: it cannot be run; kLimit: it wrote more than 1 MiB.
Result<CommandEnd> RunCommand(const CommandSpec& spec);

}  // namespace varve
