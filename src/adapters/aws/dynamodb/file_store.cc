#include "adapters/aws/dynamodb/file_store.h"

#include <string>
#include <utility>

#include "adapters/aws/dynamodb/item.h"

namespace varve::aws {

using nlohmann::json;

Error UnknownFile(const ObjectRef& ref) {
  return Error{Code::kNotFound, ToString(ref) + " is not tracked"};
}

Result<FileEntry> ReadFile(DynamoTable& table, std::string_view pipeline, const ObjectRef& ref) {
  VARVE_ASSIGN_OR_RETURN(const auto item, table.Get(FileKey(pipeline, ref)));
  if (!item) return UnknownFile(ref);
  return ParseFileItem(*item);
}

Result<std::map<ObjectRef, FileEntry>> ReadFiles(DynamoTable& table, std::string_view pipeline,
                                                 const std::vector<ObjectRef>& refs) {
  std::vector<Key> keys;
  for (const ObjectRef& ref : refs) keys.push_back(FileKey(pipeline, ref));
  VARVE_ASSIGN_OR_RETURN(const auto items, table.GetAll(keys));
  std::map<ObjectRef, FileEntry> files;
  for (const auto& [key, item] : items) {
    VARVE_ASSIGN_OR_RETURN(FileEntry entry, ParseFileItem(item));
    const ObjectRef ref = entry.file.object.ref;
    files.emplace(ref, std::move(entry));
  }
  return files;
}

uint64_t HeadCount(const json& head) { return ItemReader(head).Unsigned("versions"); }

Result<KeyVersions> ReadVersions(DynamoTable& table, std::string_view pipeline,
                                 std::string_view key) {
  ItemQuery query;
  query.pk = VersionsPartition(pipeline, key);
  VARVE_ASSIGN_OR_RETURN(const std::vector<json> items, table.QueryAll(query));
  KeyVersions found;
  for (const json& item : items) {
    const std::string sk = ItemReader(item).Text("sk");
    if (IsHead(sk)) {
      found.heads[sk] = HeadCount(item);
      continue;
    }
    VARVE_ASSIGN_OR_RETURN(FileEntry entry, ParseFileItem(item));
    found.versions.push_back(std::move(entry));
  }
  return found;
}

}  // namespace varve::aws
