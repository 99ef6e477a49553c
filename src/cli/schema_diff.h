// What changed between two schemas, for people and machines.
#pragma once

#include <string>
#include <vector>

#include "model/schema.h"

namespace varve::cli {

struct SchemaChange {
  enum class Kind { kAdded, kRemoved, kRetyped };

  Kind kind = Kind::kAdded;
  std::string path;  // "user.id"; elements of lists as "cart[].price"
  std::string from;  // type; empty: added
  std::string to;    // type; empty: removed

  bool operator==(const SchemaChange&) const = default;
};

// In the order of `to`'s columns, removed ones last at each level. A change inside a struct is told
// of its fields, not of the struct.
std::vector<SchemaChange> DiffSchemas(const Schema& from, const Schema& to);

}  // namespace varve::cli
