#include "cli/prefixed_store.h"

#include <algorithm>

namespace varve::cli {

ObjectRef PrefixedStore::Full(ObjectRef ref) const {
  ref.key.insert(0, prefix_);
  return ref;
}

Result<ObjectInfo> PrefixedStore::Cut(Result<ObjectInfo> info) const {
  if (info.ok()) info->ref.key.erase(0, prefix_.size());
  return info;
}

Result<ListPage> PrefixedStore::List(std::string_view prefix, std::string_view after, int limit) {
  VARVE_ASSIGN_OR_RETURN(
      ListPage page,
      store_->List(Full(prefix), after.empty() ? std::string() : Full(after), limit));
  for (ObjectInfo& object : page.objects) object.ref.key.erase(0, prefix_.size());
  page.next.erase(0, std::min(page.next.size(), prefix_.size()));
  return page;
}

}  // namespace varve::cli
