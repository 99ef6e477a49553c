// MemoryObjectStore: an ObjectStore that lasts as long as the process. Only the newest version of
// an object can be read, as in a bucket without versioning.
#pragma once

#include <map>
#include <mutex>
#include <string>

#include "base/clock.h"
#include "ports/object_store.h"

namespace varve {

// Thread-safe. `clock` must outlive it.
class MemoryObjectStore : public ObjectStore {
 public:
  MemoryObjectStore(std::string bucket, const Clock& clock)
      : bucket_(std::move(bucket)), clock_(clock) {}

  const std::string& bucket() const override { return bucket_; }
  Result<ObjectInfo> Head(std::string_view key) override;
  Result<ListPage> List(std::string_view prefix, std::string_view after, int limit) override;
  Result<std::string> Get(std::string_view key, uint64_t bytes_max) override;
  Result<std::string> GetRange(std::string_view key, uint64_t offset, uint64_t bytes_max) override;
  Result<ObjectInfo> Put(std::string_view key, std::string_view content,
                         PutCondition condition) override;
  Status ReadFile(const ObjectRef& ref, const std::string& path) override;
  Status WriteFile(std::string_view key, const std::string& path) override;
  Status Delete(std::string_view key) override;
  Status Move(std::string_view from, std::string_view to) override;
  Status DeleteVersion(const ObjectRef& ref) override;
  Status MoveVersion(const ObjectRef& ref, std::string_view to) override;
  Status Tag(const ObjectRef& ref, std::string_view name, std::string_view value) override;

  // The tags of the newest version of `key`.
  std::map<std::string, std::string> Tags(std::string_view key);

 private:
  struct Object {
    ObjectInfo info;
    std::string content;
    std::map<std::string, std::string> tags;
  };
  using Objects = std::map<std::string, Object, std::less<>>;

  Objects::iterator Find(const ObjectRef& ref);  // the end when that version is gone
  ObjectInfo Store(std::string_view key, std::string content);
  Error NotFound(std::string_view key) const;

  const std::string bucket_;
  const Clock& clock_;
  std::mutex mutex_;
  Objects objects_;
  uint64_t versions_ = 0;
};

}  // namespace varve
