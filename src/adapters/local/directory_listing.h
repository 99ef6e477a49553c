// DirectoryListing: the files under a root in the byte order of their keys, a page at a time.
//
// Folders come from the system in no order, so a page out of a folder means sorting all its names.
// The names of large folders are kept for the next page, so that a million files in one folder are
// read once a scan and not once a page.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/local/file_descriptor.h"
#include "base/result.h"
#include "ports/object_store.h"

namespace varve {

enum class ListedNames {
  kAll,       // but those that begin with a dot, which are no keys
  kFinished,  // nor those that producers give to files in the making (IsTemporaryKey)
};

// Thread-safe.
class DirectoryListing {
 public:
  DirectoryListing(std::string bucket, ListedNames names)
      : bucket_(std::move(bucket)), names_(names) {}

  // As ObjectStore::List, of the folder whose descriptor is `root`. Symbolic links, names that are
  // not UTF-8 and other systems' lost+found are not objects. kPermission names a closed folder.
  Result<ListPage> Page(int root, std::string_view prefix, std::string_view after, int limit);

 private:
  // Names with a "/" after those of folders: in that form their order is that of the keys.
  using Names = std::vector<std::string>;
  struct Snapshot {
    std::shared_ptr<const Names> names;
    std::chrono::steady_clock::time_point made;
  };
  struct Scan {
    std::string_view prefix;
    std::string_view after;
    size_t wanted = 0;
    ListPage page;
    bool full() const { return page.objects.size() > wanted; }
  };

  Status Walk(int folder, const std::string& path, Scan& scan);
  Status Enter(int folder, const std::string& name, const std::string& path, Scan& scan);
  Status Take(int folder, const std::string& name, const std::string& path, Scan& scan);
  Result<std::shared_ptr<const Names>> NamesOf(int folder, const std::string& path, bool first);
  Result<Names> ReadNames(int folder, const std::string& path) const;

  const std::string bucket_;
  const ListedNames names_;
  std::mutex mutex_;
  std::map<std::string, Snapshot> snapshots_;  // of large folders, by path
};

}  // namespace varve
