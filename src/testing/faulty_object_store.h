// FaultyObjectStore: an ObjectStore some of whose calls fail, as a FaultPlan says.
#pragma once

#include "ports/object_store.h"
#include "testing/fault_plan.h"

namespace varve {

// As thread-safe as `inner`, which must outlive it, as must `plan`.
class FaultyObjectStore : public ObjectStore {
 public:
  FaultyObjectStore(ObjectStore& inner, FaultPlan& plan) : inner_(inner), plan_(plan) {}

  const std::string& bucket() const override { return inner_.bucket(); }
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

 private:
  ObjectStore& inner_;
  FaultPlan& plan_;
};

}  // namespace varve
