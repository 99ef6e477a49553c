#include "adapters/local/directory_watcher.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "adapters/local/object_path.h"

namespace varve {
namespace {

constexpr uint32_t kFileMask = IN_CLOSE_WRITE | IN_MOVED_TO;
constexpr uint32_t kMask = kFileMask | IN_CREATE | IN_MOVED_FROM | IN_DELETE_SELF | IN_MOVE_SELF;
constexpr size_t kReadBytes = 64 * 1024;

bool IsFolder(int parent, const dirent& entry) {
  if (entry.d_type != DT_UNKNOWN) return entry.d_type == DT_DIR;
  struct stat status = {};
  return fstatat(parent, entry.d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
         S_ISDIR(status.st_mode);
}

std::vector<std::string> FoldersIn(int folder) {
  std::vector<std::string> names;
  const int own = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR* dir = own < 0 ? nullptr : fdopendir(own);
  if (dir == nullptr) {
    if (own >= 0) close(own);
    return names;
  }
  while (const dirent* entry = readdir(dir)) {
    if (IsFolder(own, *entry) && !IsTemporaryKey(entry->d_name)) names.emplace_back(entry->d_name);
  }
  closedir(dir);
  return names;
}

FileDescriptor OpenFolder(int parent, const std::string& name) {
  return FileDescriptor(
      openat(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
}

}  // namespace

Result<std::unique_ptr<DirectoryWatcher>> DirectoryWatcher::Open(const std::string& root) {
  FileDescriptor folder(open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder.valid()) return ErrnoError("open the folder", root);
  FileDescriptor inotify(inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
  if (!inotify.valid()) {
    Error error = ErrnoError("watch", root);
    if (errno == EMFILE || errno == ENFILE) {
      error.code = Code::kLimit;
      error.message.append(" (raise fs.inotify.max_user_instances)");
    }
    return error;
  }
  std::unique_ptr<DirectoryWatcher> watcher(
      new DirectoryWatcher(std::move(inotify), std::move(folder)));
  watcher->Watch(watcher->root_.get(), "");
  return watcher;
}

void DirectoryWatcher::Watch(int folder, const std::string& path) {
  // By descriptor: the path may lead elsewhere by now. Watched before it is read, so that nothing
  // is made in between unseen.
  const std::string self = "/proc/self/fd/" + std::to_string(folder);
  const int watch = inotify_add_watch(inotify_.get(), self.c_str(), kMask | IN_ONLYDIR);
  if (watch < 0) {
    complete_ = false;
    return;
  }
  paths_[watch] = path;
  for (const std::string& name : FoldersIn(folder)) {
    const FileDescriptor inner = OpenFolder(folder, name);
    if (inner.valid()) Watch(inner.get(), path + name + "/");
  }
}

void DirectoryWatcher::WatchNew(const std::string& path) {
  const auto parent = OpenParent(root_.get(), path, MissingFolders::kFail);
  if (!parent.ok()) return;  // gone again
  const FileDescriptor folder = OpenFolder(parent->folder.get(), parent->name);
  if (folder.valid()) Watch(folder.get(), path + "/");
}

void DirectoryWatcher::Forget(const std::string& path) {
  for (auto at = paths_.begin(); at != paths_.end();) {
    if (!at->second.starts_with(path)) {
      ++at;
      continue;
    }
    inotify_rm_watch(inotify_.get(), at->first);
    at = paths_.erase(at);
  }
}

void DirectoryWatcher::Apply(int watch, uint32_t mask, const std::string& name,
                             DirectoryChanges& changes) {
  if ((mask & IN_Q_OVERFLOW) != 0) {
    changes.lost = true;
    return;
  }
  const auto path = paths_.find(watch);
  if (path == paths_.end()) return;  // forgotten, with events still under way
  if ((mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT)) != 0) {
    if (path->second.empty()) changes.lost = true;
    return;
  }
  if ((mask & IN_IGNORED) != 0) {
    paths_.erase(path);
    return;
  }
  const std::string key = path->second + name;
  if (IsTemporaryKey(key)) return;
  if ((mask & IN_ISDIR) == 0) {
    if ((mask & kFileMask) != 0) changes.keys.push_back(key);
    return;
  }
  if ((mask & IN_MOVED_FROM) != 0) Forget(key + "/");
  if ((mask & (IN_CREATE | IN_MOVED_TO)) != 0) {
    WatchNew(key);
    changes.folders.push_back(key + "/");
  }
}

Result<DirectoryChanges> DirectoryWatcher::Read() {
  DirectoryChanges changes;
  alignas(inotify_event) char buffer[kReadBytes];
  while (true) {
    const ssize_t got = read(inotify_.get(), buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) break;
    if (got < 0) return ErrnoError("read", "inotify");
    for (ssize_t at = 0; at < got;) {
      inotify_event event;
      std::memcpy(&event, buffer + at, sizeof event);
      const char* name = buffer + at + sizeof event;
      Apply(event.wd, event.mask, event.len == 0 ? "" : name, changes);
      at += static_cast<ssize_t>(sizeof event + event.len);
    }
  }
  std::sort(changes.keys.begin(), changes.keys.end());
  changes.keys.erase(std::unique(changes.keys.begin(), changes.keys.end()), changes.keys.end());
  return changes;
}

}  // namespace varve
