// Minimum and maximum of the values of one page, in PLAIN or dictionary form.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "etl/column/token_dictionary.h"
#include "etl/parquet/chunk.h"
#include "model/schema.h"

namespace varve {

// Of `plain`, the PLAIN values of a page (bools: one byte each). Empty: no bounds.
std::optional<parquet::Bounds> PlainBounds(TypeKind kind, uint32_t value_bytes,
                                           std::span<const uint8_t> plain);

// Of the dictionary entries that `indices` refers to. `used` is scratch memory. Also sums the
// lengths of string values into *plain_bytes.
std::optional<parquet::Bounds> IndexedBounds(TypeKind kind, uint32_t value_bytes,
                                             const TokenDictionary& dictionary,
                                             std::span<const uint16_t> indices,
                                             std::vector<uint8_t>* used);

}  // namespace varve
