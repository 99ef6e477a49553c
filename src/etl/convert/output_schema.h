// OutputSchema: from what was observed to the columns that are written.
//
// Column order: that of the given schema, then by the earliest place a key had in any object, then
// by name; so the usual order of the source is kept, yet the order of lines does not matter. Names
// that the given schema has are kept. Names that readers cannot tell apart or cannot show (equal
// but for case, empty, control characters) are changed, and the change is recorded in the footer so
// that it can be undone.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "etl/schema/observed_schema.h"
#include "model/schema.h"

namespace varve {

struct OutputSchemaOptions {
  uint32_t map_keys_max = 1'000;
  std::vector<std::pair<std::string, std::string>> renames;  // source key path -> column name
  std::vector<Field> given;  // of --schema: names and order of the columns that it has
  std::vector<Field> extra;  // columns that come from no key; their names are taken first
};

struct OutputSchema {
  Schema schema;             // the extra fields last
  std::string name_mapping;  // JSON object {column path: source key path}; empty: all names kept
};

// kInvalidArgument when a rename names no column, or a name that was asked for collides with
// another.
Result<OutputSchema> MakeOutputSchema(const ObservedNode& root, const OutputSchemaOptions& options);

// The least schema that holds all values of both, `casts` keeping their types. Commutative,
// associative, idempotent.
Result<Schema> JoinSchemas(const Schema& a, const Schema& b,
                           const std::vector<std::pair<std::string, Field>>& casts,
                           uint32_t map_keys_max);

// Pins the types of --cast: source key path -> type.
void ApplyCasts(const std::vector<std::pair<std::string, Field>>& casts, ObservedNode* schema);

// The node that `path` (keys joined by dots; keys may hold dots themselves) leads to, or null.
ObservedNode* FindPath(ObservedNode* root, std::string_view path);
// The same, making what is missing.
ObservedNode* MakePath(ObservedNode* root, std::string_view path);

}  // namespace varve
