// Schema: the columns of a dataset, as a tree of named, typed fields.
//
// Every column is nullable. A Schema is a plain value; it is what `varve schema infer` prints, what
// `--schema FILE` reads and what the Parquet footer is made from.
#pragma once

#include <string>
#include <vector>

namespace varve {

enum class TypeKind {
  kUnknown,  // only nulls or empty lists seen; written as a nullable string
  kBool,
  kInt64,
  kDouble,
  kDecimal,         // precision, scale; FIXED_LEN_BYTE_ARRAY, big-endian two's complement
  kString,          // UTF-8
  kTimestampUtc,    // int64 microseconds since the epoch, instant
  kTimestampLocal,  // int64 microseconds since the epoch, no zone
  kDate,            // int32 days since the epoch
  kJson,            // UTF-8 text: the exact source text of the value, annotated JSON
  kStruct,          // children: the fields
  kList,            // children[0]: the element
  kMap,             // children[0]: the value; keys are strings
};

struct Field {
  std::string name;         // column name in the Parquet file
  std::string source_name;  // key in the JSON, unescaped (differs from name after renames)
  TypeKind kind = TypeKind::kUnknown;
  int precision = 0;  // kDecimal only
  int scale = 0;      // kDecimal only
  std::vector<Field> children;

  bool operator==(const Field&) const = default;
};

struct Schema {
  std::vector<Field> fields;

  bool operator==(const Schema&) const = default;
};

}  // namespace varve
