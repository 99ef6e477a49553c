// Test helper: a small, slow page encoder, and a file with every type made by it.
//
// The file's values follow formulas that tests/parquet/test_file_writer.py repeats.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "etl/parquet/chunk.h"
#include "etl/parquet/schema_elements.h"
#include "model/schema.h"

namespace varve::parquet {

// A value of any type. Scalars hold their PLAIN bytes without length prefix (bool: one byte);
// structs, lists and maps their parts (a map: alternating key and value).
struct SampleValue {
  bool is_null = true;
  std::string scalar;
  std::vector<SampleValue> parts;
};

SampleValue Scalar(std::string bytes);
SampleValue Group(std::vector<SampleValue> parts);
template <typename T>
SampleValue Number(T value) {
  return Scalar(std::string(reinterpret_cast<const char*>(&value), sizeof(value)));
}

struct SampleOptions {
  Codec codec = Codec::kSnappy;
  size_t page_rows = 100;
  bool dictionary = true;  // for columns where it is smaller
};

// Encodes rows[begin, end), one value per field of the schema each.
EncodedRowGroup EncodeSampleRows(const Schema& schema, const std::vector<SampleValue>& rows,
                                 size_t begin, size_t end, const SampleOptions& options);

Schema SampleSchema();
std::vector<SampleValue> SampleRows(size_t count);

// Row groups of 600 rows; key-value metadata "sample" = "1,000 rows".
Status WriteSampleFile(const std::string& path, const SampleOptions& options);

}  // namespace varve::parquet
