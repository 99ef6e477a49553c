#include "testing/memory_object_store.h"

#include <algorithm>
#include <fstream>
#include <functional>
#include <iterator>
#include <utility>

namespace varve {
namespace {

constexpr size_t kKeyBytesMax = 1024;
constexpr int kListMax = 1000;

Status CheckKey(std::string_view key) {
  if (key.empty() || key.size() > kKeyBytesMax) {
    return Error{Code::kInvalidArgument,
                 "a key has 1 to 1024 bytes, not " + std::to_string(key.size())};
  }
  return Ok{};
}

Error Gone(const ObjectRef& ref) { return Error{Code::kNotFound, ToString(ref) + " is gone"}; }

}  // namespace

MemoryObjectStore::Objects::iterator MemoryObjectStore::Find(const ObjectRef& ref) {
  const auto found = objects_.find(ref.key);
  return found == objects_.end() || found->second.info.ref != ref ? objects_.end() : found;
}

Error MemoryObjectStore::NotFound(std::string_view key) const {
  return Error{Code::kNotFound, "no object " + ToString({bucket_, std::string(key), ""})};
}

ObjectInfo MemoryObjectStore::Store(std::string_view key, std::string content) {
  ObjectInfo info;
  info.ref = {bucket_, std::string(key), "v" + std::to_string(++versions_)};
  info.size_bytes = content.size();
  info.etag = std::to_string(std::hash<std::string>{}(content));
  info.modified_us = clock_.NowUs();
  objects_[info.ref.key] = Object{info, std::move(content), {}};
  return info;
}

Result<ObjectInfo> MemoryObjectStore::Head(std::string_view key) {
  VARVE_RETURN_IF_ERROR(CheckKey(key));
  const std::lock_guard lock(mutex_);
  const auto found = objects_.find(key);
  if (found == objects_.end()) return NotFound(key);
  return found->second.info;
}

Result<ListPage> MemoryObjectStore::List(std::string_view prefix, std::string_view after,
                                         int limit) {
  const std::lock_guard lock(mutex_);
  const auto wanted = static_cast<size_t>(std::clamp(limit, 1, kListMax));
  ListPage page;
  auto at = after < prefix ? objects_.lower_bound(prefix) : objects_.upper_bound(after);
  for (; at != objects_.end() && at->first.starts_with(prefix); ++at) {
    if (page.objects.size() == wanted) {
      page.next = page.objects.back().ref.key;
      break;
    }
    page.objects.push_back(at->second.info);
  }
  return page;
}

Result<std::string> MemoryObjectStore::Get(std::string_view key, uint64_t bytes_max) {
  VARVE_RETURN_IF_ERROR(CheckKey(key));
  const std::lock_guard lock(mutex_);
  const auto found = objects_.find(key);
  if (found == objects_.end()) return NotFound(key);
  if (found->second.content.size() > bytes_max) {
    return Error{Code::kLimit, ToString(found->second.info.ref) + " has more than " +
                                   std::to_string(bytes_max) + " bytes"};
  }
  return found->second.content;
}

Result<std::string> MemoryObjectStore::GetRange(std::string_view key, uint64_t offset,
                                                uint64_t bytes_max) {
  VARVE_RETURN_IF_ERROR(CheckKey(key));
  const std::lock_guard lock(mutex_);
  const auto found = objects_.find(key);
  if (found == objects_.end()) return NotFound(key);
  const std::string& content = found->second.content;
  return content.substr(std::min<uint64_t>(offset, content.size()), bytes_max);
}

Result<ObjectInfo> MemoryObjectStore::Put(std::string_view key, std::string_view content,
                                          PutCondition condition) {
  VARVE_RETURN_IF_ERROR(CheckKey(key));
  const std::lock_guard lock(mutex_);
  if (condition == PutCondition::kIfAbsent && objects_.contains(key)) {
    return Error{Code::kAlreadyExists, "there is an object " + std::string(key) + " already"};
  }
  return Store(key, std::string(content));
}

Status MemoryObjectStore::ReadFile(const ObjectRef& ref, const std::string& path) {
  std::string content;
  {
    const std::lock_guard lock(mutex_);
    const auto found = Find(ref);
    if (found == objects_.end()) return Gone(ref);
    content = found->second.content;
  }
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out.write(content.data(), static_cast<std::streamsize>(content.size()));
  if (!out.flush()) return Error{Code::kIo, "write " + path};
  return Ok{};
}

Status MemoryObjectStore::WriteFile(std::string_view key, const std::string& path) {
  VARVE_RETURN_IF_ERROR(CheckKey(key));
  std::ifstream in(path, std::ios::binary);
  if (!in) return Error{Code::kNotFound, "no file " + path};
  std::string content(std::istreambuf_iterator<char>(in), {});
  const std::lock_guard lock(mutex_);
  Store(key, std::move(content));
  return Ok{};
}

Status MemoryObjectStore::Delete(std::string_view key) {
  VARVE_RETURN_IF_ERROR(CheckKey(key));
  const std::lock_guard lock(mutex_);
  const auto found = objects_.find(key);
  if (found != objects_.end()) objects_.erase(found);
  return Ok{};
}

Status MemoryObjectStore::Move(std::string_view from, std::string_view to) {
  VARVE_RETURN_IF_ERROR(CheckKey(from));
  VARVE_RETURN_IF_ERROR(CheckKey(to));
  const std::lock_guard lock(mutex_);
  const auto found = objects_.find(from);
  if (found == objects_.end()) return NotFound(from);
  std::string content = std::move(found->second.content);
  objects_.erase(found);
  Store(to, std::move(content));
  return Ok{};
}

Status MemoryObjectStore::DeleteVersion(const ObjectRef& ref) {
  const std::lock_guard lock(mutex_);
  const auto found = Find(ref);
  if (found != objects_.end()) objects_.erase(found);
  return Ok{};
}

Status MemoryObjectStore::MoveVersion(const ObjectRef& ref, std::string_view to) {
  VARVE_RETURN_IF_ERROR(CheckKey(to));
  const std::lock_guard lock(mutex_);
  const auto found = Find(ref);
  if (found == objects_.end()) return Gone(ref);
  std::string content = std::move(found->second.content);
  objects_.erase(found);
  Store(to, std::move(content));
  return Ok{};
}

Status MemoryObjectStore::Tag(const ObjectRef& ref, std::string_view name, std::string_view value) {
  const std::lock_guard lock(mutex_);
  const auto found = Find(ref);
  if (found == objects_.end()) return Gone(ref);
  found->second.tags[std::string(name)] = value;
  return Ok{};
}

std::map<std::string, std::string> MemoryObjectStore::Tags(std::string_view key) {
  const std::lock_guard lock(mutex_);
  const auto found = objects_.find(key);
  return found == objects_.end() ? std::map<std::string, std::string>{} : found->second.tags;
}

}  // namespace varve
