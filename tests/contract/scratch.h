// Folders that tests may fill, and threads that all begin at once.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

namespace varve {

// A new empty folder under the system's temporary one.
std::filesystem::path MakeScratch();

// Runs `body(i)` in `threads` threads and returns when all have ended.
void InThreads(int threads, const std::function<void(int)>& body);

}  // namespace varve
