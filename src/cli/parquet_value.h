// Parquet's types and statistics values, of anybody's files, as text and JSON.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "etl/parquet/metadata.h"

namespace varve::cli {

// "INT64 timestamp[us, UTC]", "BYTE_ARRAY string", "FIXED_LEN_BYTE_ARRAY(9) decimal(20,0)".
std::string ParquetTypeText(const parquet::SchemaElement& element);

// A minimum or maximum (PLAIN, no length prefix): a number, true or false, or text: dates and
// times as ISO 8601, decimals with their point, bytes that are no text as 0x.... A value whose
// length does not fit its type is shown as bytes.
nlohmann::ordered_json ParquetValueJson(const parquet::SchemaElement& element,
                                        std::string_view bytes);

// The same without JSON's quotes.
std::string ParquetValueText(const parquet::SchemaElement& element, std::string_view bytes);

}  // namespace varve::cli
