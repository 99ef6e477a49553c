#include "adapters/local/directory_listing.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "adapters/local/object_path.h"

namespace varve {
namespace {

constexpr int kListMax = 1000;
constexpr size_t kSnapshotNamesMin = 5000;  // fewer are read faster than they are remembered
constexpr size_t kSnapshotsMax = 8;
// A scan that goes on from page to page may use names this old; List may be late.
constexpr std::chrono::seconds kSnapshotAgeMax{60};

struct DirCloser {
  void operator()(DIR* dir) const { closedir(dir); }
};

// 'f' a file, 'd' a folder, 0 neither.
char KindOf(int folder, const dirent& entry) {
  if (entry.d_type == DT_REG) return 'f';
  if (entry.d_type == DT_DIR) return 'd';
  if (entry.d_type != DT_UNKNOWN) return 0;
  struct stat status = {};
  if (fstatat(folder, entry.d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) return 0;
  return S_ISREG(status.st_mode) ? 'f' : S_ISDIR(status.st_mode) ? 'd' : '\0';
}

}  // namespace

Result<ListPage> DirectoryListing::Page(int root, std::string_view prefix, std::string_view after,
                                        int limit) {
  Scan scan{prefix, after, static_cast<size_t>(std::clamp(limit, 1, kListMax)), {}};
  VARVE_RETURN_IF_ERROR(Walk(root, "", scan));
  if (scan.full()) {  // one more than wanted: there is a next page
    scan.page.objects.pop_back();
    scan.page.next = scan.page.objects.back().ref.key;
  }
  return std::move(scan.page);
}

Status DirectoryListing::Walk(int folder, const std::string& path, Scan& scan) {
  VARVE_ASSIGN_OR_RETURN(const auto names, NamesOf(folder, path, scan.after.empty()));
  // Everything before the part of `after` (or of `prefix`) in this folder is done with.
  const std::string_view from = std::max(scan.after, scan.prefix);
  auto name = names->begin();
  if (from.starts_with(path)) {
    std::string_view part = from.substr(path.size());
    part = part.substr(0, part.find('/'));
    name = std::lower_bound(names->begin(), names->end(), part);
  }
  for (; name != names->end() && !scan.full(); ++name) {
    const std::string key = path + *name;
    if (key > scan.prefix && !key.starts_with(scan.prefix) && !scan.prefix.starts_with(key)) break;
    VARVE_RETURN_IF_ERROR(key.ends_with('/') ? Enter(folder, *name, key, scan)
                                             : Take(folder, *name, key, scan));
  }
  return Ok{};
}

Status DirectoryListing::Enter(int folder, const std::string& name, const std::string& path,
                               Scan& scan) {
  const bool wanted = path.starts_with(scan.prefix) || scan.prefix.starts_with(path);
  const bool done = scan.after > path && !scan.after.starts_with(path);
  if (!wanted || done) return Ok{};
  const std::string bare = name.substr(0, name.size() - 1);
  const FileDescriptor inner(
      openat(folder, bare.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (inner.valid()) return Walk(inner.get(), path, scan);
  if (errno == ENOENT || errno == ENOTDIR || errno == ELOOP) return Ok{};  // gone, or replaced
  return ObjectError("list the folder", path, errno);
}

Status DirectoryListing::Take(int folder, const std::string& name, const std::string& path,
                              Scan& scan) {
  if (path <= scan.after || !path.starts_with(scan.prefix)) return Ok{};
  struct stat status = {};
  if (fstatat(folder, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno == ENOENT) return Ok{};
    return ObjectError("look at", path, errno);
  }
  if (S_ISREG(status.st_mode)) scan.page.objects.push_back(InfoOf(bucket_, path, status));
  return Ok{};
}

Result<std::shared_ptr<const DirectoryListing::Names>> DirectoryListing::NamesOf(
    int folder, const std::string& path, bool first) {
  const auto now = std::chrono::steady_clock::now();
  {
    const std::lock_guard lock(mutex_);
    const auto known = snapshots_.find(path);
    if (known != snapshots_.end() && !first && now - known->second.made < kSnapshotAgeMax) {
      return known->second.names;
    }
  }
  VARVE_ASSIGN_OR_RETURN(Names read, ReadNames(folder, path));
  auto names = std::make_shared<const Names>(std::move(read));
  const std::lock_guard lock(mutex_);
  snapshots_.erase(path);
  if (names->size() < kSnapshotNamesMin) return names;
  if (snapshots_.size() >= kSnapshotsMax) {
    snapshots_.erase(std::min_element(
        snapshots_.begin(), snapshots_.end(),
        [](const auto& a, const auto& b) { return a.second.made < b.second.made; }));
  }
  snapshots_[path] = Snapshot{names, now};
  return names;
}

Result<DirectoryListing::Names> DirectoryListing::ReadNames(int folder,
                                                            const std::string& path) const {
  // fdopendir takes the descriptor over and moves its offset: give it one of its own.
  const int own = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (own < 0) return ObjectError("list the folder", path, errno);
  const std::unique_ptr<DIR, DirCloser> dir(fdopendir(own));
  if (dir == nullptr) {
    const int error = errno;
    close(own);
    return ObjectError("list the folder", path, error);
  }
  Names names;
  errno = 0;
  for (const dirent* entry = readdir(dir.get()); entry != nullptr; entry = readdir(dir.get())) {
    const std::string_view name = entry->d_name;
    const bool hidden =
        name.starts_with('.') || (names_ == ListedNames::kFinished && IsTemporaryKey(name));
    if (hidden || (path.empty() && name == "lost+found") || !IsUtf8(name)) continue;
    const char kind = KindOf(own, *entry);
    if (kind == 'f') names.emplace_back(name);
    if (kind == 'd') names.push_back(std::string(name) + "/");
    errno = 0;
  }
  if (errno != 0) return ObjectError("list the folder", path, errno);
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace varve
