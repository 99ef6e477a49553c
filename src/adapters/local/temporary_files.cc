#include "adapters/local/temporary_files.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <random>

namespace varve {

Result<std::string> NewTemporaryPath(int root) {
  // Not the process's id: in a container that is the same after every crash.
  static const uint64_t run = (uint64_t{std::random_device()()} << 32) | std::random_device()();
  static std::atomic<uint64_t> number{0};
  if (mkdirat(root, kTemporaryFolder, 0777) != 0 && errno != EEXIST) {
    return ErrnoError("make the folder", kTemporaryFolder);
  }
  return std::string(kTemporaryFolder) + "/" + std::to_string(run) + "-" +
         std::to_string(number.fetch_add(1));
}

void RemoveTemporaries(int root, std::time_t oldest) {
  const int folder =
      openat(root, kTemporaryFolder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (folder < 0) return;
  DIR* dir = fdopendir(folder);
  if (dir == nullptr) {
    close(folder);
    return;
  }
  while (const dirent* entry = readdir(dir)) {
    struct stat status = {};
    // The time of the inode's change: that of the content may be a producer's, years ago.
    const bool old = fstatat(folder, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
                     S_ISREG(status.st_mode) && status.st_ctime < oldest;
    if (old) unlinkat(folder, entry->d_name, 0);
  }
  closedir(dir);
}

}  // namespace varve
