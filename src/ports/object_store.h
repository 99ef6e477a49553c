// ObjectStore: one bucket. Shaped by what S3 promises; a directory must promise no more.
//
// - An object appears whole or not at all; reading one version sees that version or kNotFound.
// - List may be late: an object just written may be absent, one just deleted present.
// - Put, Delete and WriteFile are idempotent: repeat them after kIo or kThrottled.
// Keys are UTF-8, at most 1024 bytes, and untrusted: an adapter that maps them to paths refuses
// (kInvalidArgument) those that would leave its root. Thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/object_ref.h"

namespace varve {

enum class PutCondition {
  kAlways,
  kIfAbsent,  // else kAlreadyExists: of two writers one wins
};

struct ListPage {
  std::vector<ObjectInfo> objects;  // in the byte order of their keys
  std::string next;                 // `after` of the next page; empty: this was the last
};

class ObjectStore {
 public:
  virtual ~ObjectStore() = default;

  virtual const std::string& bucket() const = 0;

  // The newest version of `key`. kNotFound.
  virtual Result<ObjectInfo> Head(std::string_view key) = 0;
  // Objects whose key begins with `prefix` and is greater than `after`, at most `limit` (<= 1000).
  virtual Result<ListPage> List(std::string_view prefix, std::string_view after, int limit) = 0;

  // The whole of a small object (manifests, schemas). kNotFound; kLimit beyond `bytes_max`.
  virtual Result<std::string> Get(std::string_view key, uint64_t bytes_max) = 0;
  // The bytes from `offset` on, at most `bytes_max`; fewer at the end, none beyond it. kNotFound.
  virtual Result<std::string> GetRange(std::string_view key, uint64_t offset,
                                       uint64_t bytes_max) = 0;
  virtual Result<ObjectInfo> Put(std::string_view key, std::string_view content,
                                 PutCondition condition) = 0;

  // Brings exactly the version `ref` to the local file `path` (a link, where that is as good as a
  // copy). kNotFound when that version is gone.
  virtual Status ReadFile(const ObjectRef& ref, const std::string& path) = 0;
  // Makes the content of the local file `path` the object `key`. The file may be consumed.
  virtual Status WriteFile(std::string_view key, const std::string& path) = 0;

  // Succeeds when there is nothing to delete.
  virtual Status Delete(std::string_view key) = 0;
  // Makes `to` the object that `from` is, and `from` go. Repeating it after it succeeded gives
  // kNotFound: look at `to`. Not atomic: both may be visible for a moment.
  virtual Status Move(std::string_view from, std::string_view to) = 0;

  // The following touch exactly the version `ref`, never one that took its place.
  // Succeeds when that version is gone.
  virtual Status DeleteVersion(const ObjectRef& ref) = 0;
  // As Move; kNotFound when that version is gone.
  virtual Status MoveVersion(const ObjectRef& ref, std::string_view to) = 0;
  // Sets one tag (S3 object tag, extended attribute). Idempotent; kNotFound when that version is
  // gone. It changes neither the version nor the content.
  virtual Status Tag(const ObjectRef& ref, std::string_view name, std::string_view value) = 0;
};

}  // namespace varve
