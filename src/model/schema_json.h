// Schema <-> JSON: the document that `varve schema infer` prints and `--schema FILE` reads.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "model/schema.h"

namespace varve {

// One type as it is spelled in schema files, in --cast and in messages: "int64",
// "decimal(20,0)", "timestamp[us, UTC]", "list<struct<a: int64>>".
std::string TypeToString(const Field& field);

// Parses a scalar type name as --cast takes it: unknown, bool, int64, double, decimal(P,S), string,
// timestamp_utc, timestamp_local, date, json. kInvalidArgument names the accepted spellings.
Result<Field> ParseTypeName(std::string_view text);

// Pretty-printed JSON with a trailing newline; documented in docs/reference/schema.md.
std::string SchemaToJson(const Schema& schema);

// kInvalidArgument with line/column and the offending key when the text is not a schema document.
Result<Schema> SchemaFromJson(std::string_view text);

}  // namespace varve
