#include "testing/faulty_object_store.h"

namespace varve {

Result<ObjectInfo> FaultyObjectStore::Head(std::string_view key) {
  return plan_.Run("ObjectStore::Head", [&] { return inner_.Head(key); });
}

Result<ListPage> FaultyObjectStore::List(std::string_view prefix, std::string_view after,
                                         int limit) {
  return plan_.Run("ObjectStore::List", [&] { return inner_.List(prefix, after, limit); });
}

Result<std::string> FaultyObjectStore::Get(std::string_view key, uint64_t bytes_max) {
  return plan_.Run("ObjectStore::Get", [&] { return inner_.Get(key, bytes_max); });
}

Result<std::string> FaultyObjectStore::GetRange(std::string_view key, uint64_t offset,
                                                uint64_t bytes_max) {
  return plan_.Run("ObjectStore::GetRange",
                   [&] { return inner_.GetRange(key, offset, bytes_max); });
}

Result<ObjectInfo> FaultyObjectStore::Put(std::string_view key, std::string_view content,
                                          PutCondition condition) {
  return plan_.Run("ObjectStore::Put", [&] { return inner_.Put(key, content, condition); });
}

Status FaultyObjectStore::ReadFile(const ObjectRef& ref, const std::string& path) {
  return plan_.Run("ObjectStore::ReadFile", [&] { return inner_.ReadFile(ref, path); });
}

Status FaultyObjectStore::WriteFile(std::string_view key, const std::string& path) {
  return plan_.Run("ObjectStore::WriteFile", [&] { return inner_.WriteFile(key, path); });
}

Status FaultyObjectStore::Delete(std::string_view key) {
  return plan_.Run("ObjectStore::Delete", [&] { return inner_.Delete(key); });
}

Status FaultyObjectStore::Move(std::string_view from, std::string_view to) {
  return plan_.Run("ObjectStore::Move", [&] { return inner_.Move(from, to); });
}

Status FaultyObjectStore::DeleteVersion(const ObjectRef& ref) {
  return plan_.Run("ObjectStore::DeleteVersion", [&] { return inner_.DeleteVersion(ref); });
}

Status FaultyObjectStore::MoveVersion(const ObjectRef& ref, std::string_view to) {
  return plan_.Run("ObjectStore::MoveVersion", [&] { return inner_.MoveVersion(ref, to); });
}

Status FaultyObjectStore::Tag(const ObjectRef& ref, std::string_view name, std::string_view value) {
  return plan_.Run("ObjectStore::Tag", [&] { return inner_.Tag(ref, name, value); });
}

}  // namespace varve
