// DirectoryWatcher: which files under a root were finished, as inotify tells it.
//
// A file is finished when it is closed after writing or renamed to its name. What inotify cannot
// tell (its queue overflowed, a folder came with files in it, the limit of watches is reached) is
// said, so that the caller lists the folder instead.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "adapters/local/file_descriptor.h"
#include "base/result.h"

namespace varve {

struct DirectoryChanges {
  std::vector<std::string> keys;     // finished; each once
  std::vector<std::string> folders;  // new ones, "a/b/": files in them may have been missed
  bool lost = false;                 // anything may have been missed
};

// Not thread-safe.
class DirectoryWatcher {
 public:
  // Watches `root`, which must exist, and all folders under it but those whose names no object has
  // (IsTemporaryKey). kLimit: the system allows no inotify instance.
  static Result<std::unique_ptr<DirectoryWatcher>> Open(const std::string& root);

  // All changes since the last call; never waits.
  Result<DirectoryChanges> Read();

  int fd() const { return inotify_.get(); }  // readable when there are changes
  // False once a folder could not be watched (fs.inotify.max_user_watches): only listing finds its
  // files.
  bool complete() const { return complete_; }

 private:
  DirectoryWatcher(FileDescriptor inotify, FileDescriptor root)
      : inotify_(std::move(inotify)), root_(std::move(root)) {}

  void Watch(int folder, const std::string& path);  // and the folders in it
  void WatchNew(const std::string& path);
  void Forget(const std::string& path);
  void Apply(int watch, uint32_t mask, const std::string& name, DirectoryChanges& changes);

  FileDescriptor inotify_;
  FileDescriptor root_;
  bool complete_ = true;
  std::unordered_map<int, std::string> paths_;  // of watches: "" or "a/b/"
};

}  // namespace varve
