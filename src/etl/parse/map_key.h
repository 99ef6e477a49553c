// Storing the key of a map's entry. Shared by the kernels of every SIMD level.
#pragma once

#include <cstdint>
#include <string_view>

#include "etl/parse/schema_tree.h"

namespace varve {

// Adds the decoded `key` at `slot` of the column of keys; false when the object under way has had
// it. 16 bytes behind the key may be read, and it stays where it is until the object ends.
bool StoreMapKey(MapKeys* keys, std::string_view key, uint32_t slot, uint32_t row);

}  // namespace varve
