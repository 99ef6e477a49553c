// DirectoryObjectStore: a folder as a bucket.
//
// Objects are written under temporary names in ".varve-tmp", synced and renamed, so that readers,
// and whatever is left after a crash, see them whole. A version is "<inode>-<size>-<mtime ns>".
// Producers that write in place, slower than they should, are seen as versions that come and go.
#pragma once

#include <memory>
#include <string>

#include "adapters/local/directory_listing.h"
#include "adapters/local/file_descriptor.h"
#include "ports/object_store.h"

namespace varve {

// Thread-safe; other processes may use the same folder.
class DirectoryObjectStore : public ObjectStore {
 public:
  // Makes the folder when it is not there. `bucket` is what it is called in ObjectRefs; with
  // kFinished List leaves out what producers have not finished, which is right for inputs.
  static Result<std::unique_ptr<DirectoryObjectStore>> Open(std::string bucket,
                                                            const std::string& root,
                                                            ListedNames names);

  const std::string& bucket() const override { return bucket_; }
  Result<ObjectInfo> Head(std::string_view key) override;
  Result<ListPage> List(std::string_view prefix, std::string_view after, int limit) override;
  Result<std::string> Get(std::string_view key, uint64_t bytes_max) override;
  Result<std::string> GetRange(std::string_view key, uint64_t offset, uint64_t bytes_max) override;
  Result<ObjectInfo> Put(std::string_view key, std::string_view content,
                         PutCondition condition) override;
  // A hard link where the file system allows one: what it links is never written by a store, only
  // replaced.
  Status ReadFile(const ObjectRef& ref, const std::string& path) override;
  // Renames `path` when it is on the same file system, else copies it.
  Status WriteFile(std::string_view key, const std::string& path) override;
  // Folders under a first part that begins with "_" (staging) go with their last file; others may
  // be a producer's and stay.
  Status Delete(std::string_view key) override;
  Status Move(std::string_view from, std::string_view to) override;
  Status DeleteVersion(const ObjectRef& ref) override;
  Status MoveVersion(const ObjectRef& ref, std::string_view to) override;
  // An extended attribute "user.<name>". kInvalidArgument where the file system has none.
  Status Tag(const ObjectRef& ref, std::string_view name, std::string_view value) override;

 private:
  DirectoryObjectStore(std::string bucket, FileDescriptor root_fd, ListedNames names);

  // The object's file, and what it was when it was opened. kNotFound.
  struct Opened {
    FileDescriptor file;
    ObjectInfo info;
  };
  Result<Opened> OpenObject(std::string_view key);
  Result<Opened> OpenVersion(const ObjectRef& ref);  // kNotFound when it is another

  Status Publish(const std::string& temporary, std::string_view key, PutCondition condition);
  void PruneFolders(std::string_view key);

  const std::string bucket_;
  const FileDescriptor root_fd_;
  DirectoryListing listing_;
};

}  // namespace varve
