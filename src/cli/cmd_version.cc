// varve version: what this binary is and what it would run.
#include <fmt/format.h>

#include "base/cpu.h"
#include "cli/commands.h"
#include "cli/output.h"

namespace varve::cli {

Command AddVersion(CLI::App& parent) {
  CLI::App* app = parent.add_subcommand("version", "Print the version and the SIMD kernels in use");
  return {app, [] {
            return PrintResult(fmt::format("varve {} (simd {})\n", VARVE_VERSION,
                                           SimdLevelName(ActiveSimdLevel())));
          }};
}

}  // namespace varve::cli
