// varve version: what this binary is, what it was made of, and what it would run.
#include <fmt/format.h>

#include <memory>
#include <string>

#include "base/cpu.h"
#include "cli/build_facts.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "operate/record_json.h"

namespace varve::cli {
namespace {

std::string VersionText() {
  std::string libraries;
  for (const auto& [name, version] : LibraryVersions()) {
    libraries += (libraries.empty() ? "" : ", ") + name + " " + version;
  }
  return fmt::format(
      "varve {}\n"
      "commit     {}\n"
      "built      {}, {}\n"
      "simd       {}\n"
      "libraries  {}\n",
      VARVE_VERSION, BuildCommit(), BuildType(), BuildCompiler(), SimdLevelName(ActiveSimdLevel()),
      libraries);
}

std::string VersionJson() {
  Json libraries;
  for (const auto& [name, version] : LibraryVersions()) libraries[name] = version;
  return JsonLineOf({{"version", VARVE_VERSION},
                     {"commit", BuildCommit()},
                     {"build_type", BuildType()},
                     {"compiler", BuildCompiler()},
                     {"simd", SimdLevelName(ActiveSimdLevel())},
                     {"simd_best", SimdLevelName(DetectedSimdLevel())},
                     {"libraries", std::move(libraries)}});
}

}  // namespace

Command AddVersion(CLI::App& parent) {
  auto json = std::make_shared<bool>(false);
  CLI::App* app = parent.add_subcommand(
      "version", "Print the version, how it was built, and the SIMD kernels in use");
  app->add_flag("--json", *json, "Print one JSON line");
  return {app, [json] { return PrintResult(*json ? VersionJson() : VersionText()); }};
}

}  // namespace varve::cli
