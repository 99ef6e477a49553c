// varve(1), from the command tree.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <string_view>

namespace varve::cli {

// roff, man(7) macros. The same tree gives the same bytes.
std::string RenderManPage(const CLI::App& root, std::string_view version);

}  // namespace varve::cli
