#include "etl/parse/map_key.h"

namespace varve {

bool StoreMapKey(MapKeys* keys, std::string_view key, uint32_t slot, uint32_t row) {
  // The column's tokens are decoded keys, so each has one spelling and nothing is ever escaped.
  const TokenKey token =
      MakeTokenKey(reinterpret_cast<const uint8_t*>(key.data()), static_cast<uint32_t>(key.size()));
  if (!keys->seen.Add(token)) return false;
  LeafBuilder& leaf = *keys->column.leaf;
  leaf.presence().Add(slot);
  if (!leaf.uses_dictionary()) {
    leaf.AppendBytes(key);
    return true;
  }
  const uint32_t index = leaf.Find(token);
  if (index != TokenDictionary::kNotFound) {
    leaf.PushIndex(index);
  } else {
    leaf.PushNewBytes(token, key, /*escaped=*/false, row);
  }
  return true;
}

}  // namespace varve
