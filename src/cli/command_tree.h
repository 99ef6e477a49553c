// All of varve's commands, under one root.
#pragma once

#include <CLI/CLI.hpp>
#include <atomic>

#include "cli/commands.h"

namespace varve::cli {

// Puts the commands under `root` that parsing these arguments can need: the one that the first of
// them names, which saves most of the time, or all of them.
CommandList AddCommands(CLI::App& root, int argc, const char* const* argv,
                        const std::atomic<bool>* cancel);

}  // namespace varve::cli
