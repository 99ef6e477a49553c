// Shell completions, from the command tree.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace varve::cli {

// Scripts to be sourced, or installed where each shell looks for them.
std::string RenderBashCompletion(const CLI::App& root);
std::string RenderZshCompletion(const CLI::App& root);
std::string RenderFishCompletion(const CLI::App& root);

}  // namespace varve::cli
