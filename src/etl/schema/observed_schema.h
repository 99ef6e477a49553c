// ObservedSchema: what has been seen at every place, mergeable in any order.
//
// Workers each observe their own lines; the union of what they saw is the dataset's schema. Merging
// is commutative, associative and idempotent, so the result depends on the set of lines only.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "base/result.h"
#include "etl/schema/facts.h"
#include "model/schema.h"

namespace varve {

struct ObservedNode {
  Facts facts = 0;
  bool pinned = false;  // the type was given and is not widened
  bool cast = false;    // pinned by a cast, which also takes text that spells a value
  int precision = 0;    // kDecimal, when the type was declared
  int scale = 0;
  uint32_t min_position = ~uint32_t{0};        // earliest place among the keys of any object
  std::map<std::string, ObservedNode> fields;  // by source key
  std::unique_ptr<ObservedNode> element;       // of a list; of a map, its value

  bool declares_decimal() const { return pinned || (facts & kFactDecimal) != 0; }

  ObservedNode() = default;
  ObservedNode(ObservedNode&&) = default;
  ObservedNode& operator=(ObservedNode&&) = default;
  ObservedNode(const ObservedNode& other);
  ObservedNode& operator=(const ObservedNode& other) {
    *this = ObservedNode(other);
    return *this;
  }

  void Merge(const ObservedNode& other);
};

// The type at a node: that of its facts, unless its keys are data (more than `map_keys_max`) or the
// only objects seen were empty, which Parquet has no type for: both become JSON text.
TypeKind TypeOf(const ObservedNode& node, uint32_t map_keys_max);

// An observation that resolves to the given schema. `pinned`: and stays so.
ObservedNode ObserveSchema(const Schema& schema, bool pinned);

}  // namespace varve
