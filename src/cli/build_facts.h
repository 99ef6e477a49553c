// Build facts: what this binary was made of and how. Thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace varve::cli {

// The commit it was built from, with "-dirty" when files had been changed; "unknown": there was no
// git.
std::string_view BuildCommit();
std::string_view BuildType();      // "Release", ...
std::string_view BuildCompiler();  // "GNU 12.2.0"

// Name and version of the libraries that data goes through; as loaded, where they can tell.
std::vector<std::pair<std::string, std::string>> LibraryVersions();

}  // namespace varve::cli
