// Operator: what the commands beside a running pipeline share. They open the same state as
// `varve run` and work while it does.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/pipeline_place.h"

namespace varve::cli {

struct OperatorFlags {
  std::string state;     // --state
  std::string config;    // --config
  std::string pipeline;  // --pipeline; empty: all, or the only one
  bool json = false;
};

// --state, --config, --pipeline and --json.
void AddOperatorFlags(CLI::App& app, OperatorFlags* flags);

// Opens the pipelines that the flags name. `one`: exactly one must be meant. kInvalidArgument,
// kNotFound say what to add to the command line.
Result<std::vector<std::unique_ptr<PipelinePlace>>> OpenPlaces(const OperatorFlags& flags);
Result<std::unique_ptr<PipelinePlace>> OpenPlace(const OperatorFlags& flags);

// Prints the error and gives the exit code; usage errors with where to read more.
int FailOperator(const Error& error, std::string_view command_path);

// A command that runs `body` on each pipeline that is meant, and ends with its worst exit code.
int ForEachPlace(const OperatorFlags& flags, std::string_view command_path,
                 const std::function<Result<int>(PipelinePlace&)>& body);

}  // namespace varve::cli
