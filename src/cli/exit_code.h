// Exit codes of every command; a stable interface (docs/reference/exit-codes.md).
#pragma once

#include "base/result.h"

namespace varve::cli {

enum ExitCode : int {
  kExitOk = 0,
  kExitFailed = 1,
  kExitUsage = 2,
  kExitPartial = 3,  // some lines or files were quarantined or failed
  kExitInterrupted = 130,
};

inline ExitCode ExitCodeFor(const Error& error) {
  if (error.code == Code::kCancelled) return kExitInterrupted;
  return error.code == Code::kInvalidArgument ? kExitUsage : kExitFailed;
}

}  // namespace varve::cli
