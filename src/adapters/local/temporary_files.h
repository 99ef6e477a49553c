// The folder under a store's root where objects are written before they have their names.
#pragma once

#include <ctime>
#include <string>

#include "base/result.h"

namespace varve {

inline constexpr const char* kTemporaryFolder = ".varve-tmp";

// A path relative to `root` that no file has, now or in any other process. Makes the folder.
Result<std::string> NewTemporaryPath(int root);

// Removes the files there that were last made, linked or renamed before `oldest`: what killed
// processes left. A day ago is safe while other processes write.
void RemoveTemporaries(int root, std::time_t oldest);

}  // namespace varve
