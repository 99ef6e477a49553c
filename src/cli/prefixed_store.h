// PrefixedStore: the part of an ObjectStore whose keys begin with a prefix, as a store of its own
// whose keys are without it.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "ports/object_store.h"

namespace varve::cli {

// As thread-safe as `store`.
class PrefixedStore : public ObjectStore {
 public:
  PrefixedStore(std::unique_ptr<ObjectStore> store, std::string prefix)
      : store_(std::move(store)), prefix_(std::move(prefix)) {}

  const std::string& bucket() const override { return store_->bucket(); }
  Result<ObjectInfo> Head(std::string_view key) override { return Cut(store_->Head(Full(key))); }
  Result<ListPage> List(std::string_view prefix, std::string_view after, int limit) override;
  Result<std::string> Get(std::string_view key, uint64_t bytes_max) override {
    return store_->Get(Full(key), bytes_max);
  }
  Result<std::string> GetRange(std::string_view key, uint64_t offset, uint64_t bytes_max) override {
    return store_->GetRange(Full(key), offset, bytes_max);
  }
  Result<ObjectInfo> Put(std::string_view key, std::string_view content,
                         PutCondition condition) override {
    return Cut(store_->Put(Full(key), content, condition));
  }
  Status ReadFile(const ObjectRef& ref, const std::string& path) override {
    return store_->ReadFile(Full(ref), path);
  }
  Status WriteFile(std::string_view key, const std::string& path) override {
    return store_->WriteFile(Full(key), path);
  }
  Status Delete(std::string_view key) override { return store_->Delete(Full(key)); }
  Status Move(std::string_view from, std::string_view to) override {
    return store_->Move(Full(from), Full(to));
  }
  Status DeleteVersion(const ObjectRef& ref) override { return store_->DeleteVersion(Full(ref)); }
  Status MoveVersion(const ObjectRef& ref, std::string_view to) override {
    return store_->MoveVersion(Full(ref), Full(to));
  }
  Status Tag(const ObjectRef& ref, std::string_view name, std::string_view value) override {
    return store_->Tag(Full(ref), name, value);
  }

 private:
  std::string Full(std::string_view key) const { return prefix_ + std::string(key); }
  ObjectRef Full(ObjectRef ref) const;
  Result<ObjectInfo> Cut(Result<ObjectInfo> info) const;

  const std::unique_ptr<ObjectStore> store_;
  const std::string prefix_;
};

}  // namespace varve::cli
